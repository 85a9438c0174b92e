// Makes the input of a model from a picture, for `WebQuant.frameToTensor`. The pixels are cropped, resampled and normalised in WebAssembly
// (src/frame).

import {
  type FrameConverter,
  type FrameSpec,
  type Runtime,
  release,
  unwrap,
} from '../wasm/core.js';
import { checkOptions, describe, integer, type OptionTable, oneOf } from './arguments.js';
import { invalidInput } from './errors.js';
import { type FrameSource, PixelReader } from './pixels.js';

/** Options of `WebQuant.frameToTensor`. */
export interface FrameOptions {
  /** Width of the result, in pixels, from 1 to 65,536. */
  width: number;
  /** Height of the result, in pixels, from 1 to 65,536. */
  height: number;
  /** What is taken of the frame: the largest centred window of the result's aspect ratio (`center`, default), or all of it, stretched. */
  crop?: 'center' | 'none';
  /** How it is resampled: bilinear with half-pixel centres, averaging when it shrinks (default), or by the nearest pixel. */
  resize?: 'bilinear' | 'nearest';
  /** What is taken off each pixel, in pixel units (0 to 255), for all channels or each. Default 0. */
  mean?: number | readonly [number, number, number];
  /** What pixels are divided by after that, other than 0. Default 1. */
  std?: number | readonly [number, number, number];
  /** Order of the result's channels: three, or one for `gray`. Default `rgb`. */
  channels?: 'rgb' | 'bgr' | 'gray';
  /** Type of the result. Integers are rounded half away from zero and held in their range. Default `float32`. */
  dtype?: 'float32' | 'uint8' | 'int8';
}

/** Every option of {@link FrameOptions}. @internal */
export const FRAME_OPTIONS: OptionTable<FrameOptions> = {
  width: true,
  height: true,
  crop: true,
  resize: true,
  mean: true,
  std: true,
  channels: true,
  dtype: true,
};

/**
 * Makes tensors of frames, keeping its buffers from one frame to the next.
 * @internal
 */
export class FrameReader {
  readonly #runtime: Runtime;
  readonly #pixels = new PixelReader();
  #converter: FrameConverter | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  toTensor(frame: FrameSource, options: FrameOptions): Float32Array | Uint8Array | Int8Array {
    const spec = toSpec(options);
    const { data, width, height, channels } = this.#pixels.read(frame);
    this.#converter ??= unwrap(() => this.#runtime.core.createFrameConverter());
    const converter = this.#converter;
    unwrap(() => converter.pixels(data.length)).set(data);
    return unwrap(() => converter.convert(width, height, channels, spec)).slice();
  }

  dispose(): void {
    release(this.#converter);
    this.#converter = undefined;
  }
}

function toSpec(options: FrameOptions): FrameSpec {
  if (options === undefined) throw invalidInput('options', 'missing; { width, height } are needed');
  checkOptions('options', options, FRAME_OPTIONS);
  return {
    width: integer('options.width', options.width, undefined, 1, 65_536),
    height: integer('options.height', options.height, undefined, 1, 65_536),
    crop: oneOf('options.crop', options.crop, ['center', 'none'], 'center'),
    resize: oneOf('options.resize', options.resize, ['bilinear', 'nearest'], 'bilinear'),
    mean: perChannel('options.mean', options.mean, 0, 'finite numbers', () => true),
    std: perChannel(
      'options.std',
      options.std,
      1,
      'finite numbers other than 0',
      (std) => std !== 0,
    ),
    channels: oneOf('options.channels', options.channels, ['rgb', 'bgr', 'gray'], 'rgb'),
    dtype: oneOf('options.dtype', options.dtype, ['float32', 'uint8', 'int8'], 'float32'),
  };
}

/** One number for all channels, or three. */
function perChannel(
  where: string,
  value: unknown,
  fallback: number,
  expected: string,
  accepts: (value: number) => boolean,
): readonly number[] {
  const given = value ?? fallback;
  const numbers = Array.isArray(given) ? given : [given, given, given];
  if (
    numbers.length !== 3 ||
    !numbers.every((number) => Number.isFinite(number) && accepts(number))
  )
    throw invalidInput(
      where,
      `expected one or an array of three ${expected}, got ${Array.isArray(given) ? `[${given.join(', ')}]` : describe(given)}`,
    );
  return numbers;
}
