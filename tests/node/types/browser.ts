// What a browser can draw is a frame, where the DOM's types are known.

import type { FrameSource, WebQuant } from 'webquant';

export function frames(
  wq: WebQuant,
  video: HTMLVideoElement,
  image: HTMLImageElement,
  canvas: HTMLCanvasElement | OffscreenCanvas,
  bitmap: ImageBitmap,
  pixels: ImageData,
  frame: VideoFrame,
): Float32Array[] {
  const sources: FrameSource[] = [video, image, canvas, bitmap, pixels, frame];
  // @ts-expect-error: no picture
  wq.frameToTensor(document.body, { width: 1, height: 1 });
  return sources.map((source) => wq.frameToTensor(source, { width: 224, height: 224 }));
}
