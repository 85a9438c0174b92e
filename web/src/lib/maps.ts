// Outputs that are maps, such as masks, as pictures.

import type { TensorInfo } from 'webquant';

/** Whether an output has a value for each place of a picture, rather than one for each class. */
export function isMap({ shape }: TensorInfo): boolean {
  const [, height = 1, width = 1] = shape;
  return shape.length === 4 && height > 4 && width > 4;
}

/** One channel in shades of gray from its smallest to its largest value; of several the strongest, each in a colour of its own. */
export function mapPicture(values: ArrayLike<number>, { shape }: TensorInfo): ImageData {
  const [, height = 1, width = 1, channels = 1] = shape;
  const picture = new ImageData(width, height);
  const paint = channels === 1 ? shades(values) : colours(values, channels);
  for (let i = 0; i < width * height; ++i) picture.data.set([...paint(i), 255], 4 * i);
  return picture;
}

type Paint = (place: number) => [number, number, number];

function shades(values: ArrayLike<number>): Paint {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; ++i) {
    low = Math.min(low, values[i] as number);
    high = Math.max(high, values[i] as number);
  }
  return (place) => {
    const shade = (255 * ((values[place] as number) - low)) / (high - low || 1);
    return [shade, shade, shade];
  };
}

function colours(values: ArrayLike<number>, channels: number): Paint {
  return (place) => {
    let best = 0;
    for (let channel = 1; channel < channels; ++channel)
      if (
        (values[place * channels + channel] as number) > (values[place * channels + best] as number)
      )
        best = channel;
    // Far apart for neighbours, and dark for the first, which is most often the background.
    const hue = (best * 137) % 360;
    return best === 0 ? [30, 32, 48] : fromHue(hue);
  };
}

function fromHue(hue: number): [number, number, number] {
  const part = (shift: number): number => {
    const at = (shift + hue / 60) % 6;
    return 255 * (1 - 0.75 * Math.max(0, Math.min(at, 4 - at, 1)));
  };
  return [part(5), part(3), part(1)];
}
