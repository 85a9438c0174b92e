// How a frame becomes the model's input: guessed from the model, or set by the user.

import type { FrameOptions, ModelInfo, TensorInfo } from 'webquant';

/** How a frame becomes a model's input. */
export interface Preprocessing {
  mean: number[];
  std: number[];
  channels: 'rgb' | 'bgr' | 'gray';
  crop: 'center' | 'none';
  /** Where the numbers are from. */
  origin: 'metadata' | 'type' | 'user';
}

/** The picture that a model takes; undefined for one that does not take a single picture. */
export function pictureOf(info: ModelInfo): TensorInfo | undefined {
  const [input] = info.inputs;
  if (info.inputs.length !== 1 || !input || input.shape.length !== 4) return undefined;
  const [batch, height, width, channels] = input.shape as [number, number, number, number];
  const isPicture = batch === 1 && (channels === 1 || channels === 3) && height > 1 && width > 1;
  return isPicture && ['float32', 'float16', 'int8', 'uint8'].includes(input.dtype)
    ? input
    : undefined;
}

/** What the file says, or else what is most common: [-1, 1] for real values, the pixels themselves for integers. */
export function guess(input: TensorInfo, normalization: Normalization | undefined): Preprocessing {
  const channels = input.shape[3] === 1 ? 'gray' : 'rgb';
  const base = { channels, crop: 'center' } as const;
  if (normalization) return { ...base, ...normalization, origin: 'metadata' };
  const [scale] = input.quantization?.scale ?? [];
  const [zero] = input.quantization?.zeroPoint ?? [];
  if (scale !== undefined && zero !== undefined && scale > 0) {
    // real = scale * (q - zero), where the smallest q stands for a black pixel.
    const lowest = input.dtype === 'uint8' ? 0 : -128;
    const mean = [zero - lowest];
    return { ...base, mean, std: [1 / scale], origin: 'type' };
  }
  return { ...base, mean: [127.5], std: [127.5], origin: 'type' };
}

export interface Normalization {
  mean: number[];
  std: number[];
}

/** One number, or three where the channels differ. */
const perChannel = (values: number[]): number | [number, number, number] =>
  values.length === 3 ? (values as [number, number, number]) : (values[0] ?? 0);

/** Options for `frameToTensor`, which gives real values for every type of input. */
export function frameOptions(input: TensorInfo, how: Preprocessing): FrameOptions {
  const [, height = 1, width = 1] = input.shape;
  return {
    width,
    height,
    crop: how.crop,
    channels: how.channels,
    mean: perChannel(how.mean),
    std: perChannel(how.std),
  };
}

/** What the model sees, as a picture: the tensor with mean and std undone. */
export function tensorPicture(
  tensor: Float32Array,
  input: TensorInfo,
  how: Preprocessing,
): ImageData {
  const [, height = 1, width = 1, channels = 3] = input.shape;
  const picture = new ImageData(width, height);
  const at = (values: number[], channel: number): number => values[channel] ?? values[0] ?? 0;
  for (let i = 0; i < width * height; ++i) {
    for (let channel = 0; channel < 3; ++channel) {
      const source = channels === 1 ? 0 : how.channels === 'bgr' ? 2 - channel : channel;
      const value = tensor[i * channels + source] ?? 0;
      picture.data[4 * i + channel] = value * at(how.std, source) + at(how.mean, source);
    }
    picture.data[4 * i + 3] = 255;
  }
  return picture;
}
