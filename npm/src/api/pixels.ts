// Pictures as users give them, and how their pixels are read, for `frameToTensor`. In a browser everything that can be drawn is drawn on
// a canvas first.

import { checkFits, describe, integer, kindOf } from './arguments.js';
import { invalidInput, WebQuantError } from './errors.js';

// The class that the page's global has by this name; `never` for programs that are compiled without the DOM's types.
type Global<Name extends string> = typeof globalThis extends {
  [key in Name]: { prototype: infer Instance };
}
  ? Instance
  : never;

/** 8-bit pixels: rows from top to bottom, channels interleaved, height * width * channels values. An `ImageData` is one. */
export interface Pixels {
  data: Uint8Array | Uint8ClampedArray;
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
  /** Channels of a pixel: 1 (gray), 3 (RGB) or 4 (RGBA, whose alpha is ignored). Default: the length of `data` / (width * height). */
  channels?: number;
}

/** What a browser can draw on a canvas. */
export type Drawable =
  | Global<'HTMLVideoElement'>
  | Global<'HTMLImageElement'>
  | Global<'HTMLCanvasElement'>
  | Global<'OffscreenCanvas'>
  | Global<'ImageBitmap'>
  | Global<'VideoFrame'>;

/** A picture: pixels everywhere, and in a browser also a video, image, canvas, bitmap or video frame, as large as it is. */
export type FrameSource = Pixels | Global<'ImageData'> | Drawable;

/**
 * Reads a frame's pixels, with one canvas for all frames that have to be drawn first.
 * @internal
 */
export class PixelReader {
  #context: OffscreenCanvasRenderingContext2D | undefined;

  read(frame: FrameSource): Required<Pixels> {
    const [width, height] = drawableSize(frame);
    if (width === undefined) return checkPixels(frame as Pixels);
    const context = this.#canvas(width, height);
    context.drawImage(frame as CanvasImageSource, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    return { data, width, height, channels: 4 };
  }

  #canvas(width: number, height: number): OffscreenCanvasRenderingContext2D {
    const canvas = this.#context?.canvas;
    if (this.#context && canvas?.width === width && canvas.height === height) return this.#context;
    // The pixels are read back each time, which is fast only from a canvas in ordinary memory.
    const context = new OffscreenCanvas(width, height).getContext('2d', {
      willReadFrequently: true,
    });
    if (!context)
      throw new WebQuantError('internal', 'frame', 'the browser gave no canvas to draw on');
    // A transparent pixel replaces what the canvas showed before.
    context.globalCompositeOperation = 'copy';
    this.#context = context;
    return context;
  }
}

/** Size of a drawable in pixels; undefined for anything else. Throws `invalid-input` for one without a picture. */
export function drawableSize(frame: unknown): [number, number] | [undefined, undefined] {
  const [width, height] = sizeOf(frame);
  if (width === undefined) return [undefined, undefined];
  if (width > 0 && height > 0) return [width, height];
  throw invalidInput(
    'frame',
    `the ${kindOf(frame)} has no picture (yet): it is ${width} x ${height}`,
  );
}

function sizeOf(frame: unknown): [number, number] | [undefined, undefined] {
  switch (kindOf(frame)) {
    case 'HTMLVideoElement': {
      const { readyState, videoWidth, videoHeight } = frame as HTMLVideoElement;
      return readyState < 2 ? [0, 0] : [videoWidth, videoHeight]; // 2: there is a current frame
    }
    case 'HTMLImageElement': {
      const { naturalWidth, naturalHeight } = frame as HTMLImageElement;
      return [naturalWidth, naturalHeight];
    }
    case 'VideoFrame': {
      const { displayWidth, displayHeight } = frame as VideoFrame;
      return [displayWidth, displayHeight];
    }
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas':
    case 'ImageBitmap': {
      const { width, height } = frame as ImageBitmap;
      return [width, height];
    }
    default:
      return [undefined, undefined];
  }
}

function checkPixels(frame: Pixels): Required<Pixels> {
  if (typeof frame !== 'object' || frame === null || !('data' in frame))
    throw invalidInput(
      'frame',
      `expected an ImageData, { data, width, height, channels } or in a browser something that can be drawn, got ${describe(frame)}`,
    );
  const { data } = frame;
  const kind = kindOf(data);
  if (kind !== 'Uint8Array' && kind !== 'Uint8ClampedArray')
    throw invalidInput(
      'frame.data',
      `expected a Uint8Array or Uint8ClampedArray, got ${describe(data)}`,
    );
  const width = integer('frame.width', frame.width, undefined, 1, 65_536);
  const height = integer('frame.height', frame.height, undefined, 1, 65_536);
  const channels = frame.channels ?? data.length / (width * height);
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw invalidInput(
      frame.channels === undefined ? 'frame.data' : 'frame.channels',
      `expected 1, 3 or 4 channels, got ${channels}`,
    );
  if (data.length !== width * height * channels)
    throw invalidInput(
      'frame.data',
      `expected ${width * height * channels} values (${width} x ${height} x ${channels}), got ${data.length}`,
    );
  checkFits('frame.data', data.length);
  return { data, width, height, channels };
}
