// A frame as a picture on a canvas of its own size.

import { useEffect, useRef } from 'preact/hooks';

/** A small picture; what it shows is said beside it. */
export function Picture({ picture, size }: { picture: ImageBitmap; size: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { width } = picture; // 0 once it has been closed
    if (width > 0) canvas.current?.getContext('2d')?.drawImage(picture, 0, 0, size, size);
  }, [picture, size]);
  return <canvas ref={canvas} width={size} height={size} aria-hidden="true" />;
}
