import { useEffect, useRef } from 'preact/hooks';

/** A small picture. */
export function Thumbnail({ picture }: { picture: ImageBitmap }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { width } = picture; // 0 once it has been closed
    if (width > 0) canvas.current?.getContext('2d')?.drawImage(picture, 0, 0);
  }, [picture]);
  return <canvas ref={canvas} width={96} height={96} aria-hidden="true" />;
}
