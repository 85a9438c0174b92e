import { useEffect, useRef } from 'preact/hooks';

/** Shows the source's picture a second time. */
export function Mirror({
  view,
  isMirrored,
}: {
  view: HTMLVideoElement | HTMLCanvasElement;
  isMirrored: boolean;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let request = 0;
    const draw = (): void => {
      request = requestAnimationFrame(draw);
      const context = canvas.current?.getContext('2d');
      if (!context) return;
      const isVideo = view instanceof HTMLVideoElement;
      const [width, height] = isVideo
        ? [view.videoWidth, view.videoHeight]
        : [view.width, view.height];
      const side = Math.min(width, height);
      if (side === 0) return;
      context.drawImage(view, (width - side) / 2, (height - side) / 2, side, side, 0, 0, 240, 240);
    };
    draw();
    return () => cancelAnimationFrame(request);
  }, [view]);
  return (
    <div class={`live-picture ${isMirrored ? 'mirrored' : ''}`}>
      <canvas ref={canvas} width={240} height={240} aria-hidden="true" />
    </div>
  );
}
