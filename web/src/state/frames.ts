// The frames that were collected, as tensors and small pictures.

import { computed, signal } from '@preact/signals';
import { frameOptions } from '../lib/preprocessing.ts';
import type { Grabbed } from '../lib/sources.ts';
import { wq } from './engine.ts';
import { labels, usable } from './model.ts';

export interface Frame {
  id: number;
  tensor: Float32Array;
  thumbnail: ImageBitmap;
  /** Index of the class that it shows, once that is known. */
  label: number | undefined;
}

export const frames = signal<readonly Frame[]>([]);
export const labelled = computed(() => frames.value.filter(({ label }) => label !== undefined));

/** Width and height of the small pictures. */
export const THUMBNAIL = 96;
let nextId = 1;

/** The tensor of a picture; closes the bitmap. */
export async function toTensor({ bitmap }: Grabbed): Promise<Float32Array> {
  const target = usable.value;
  if (!target) throw new Error('There is no model.');
  const options = frameOptions(target.input, target.how);
  return wq().frameToTensor(bitmap, { ...options, dtype: 'float32', transfer: true });
}

/** The middle of a picture, in another size. */
export function squareOf(bitmap: ImageBitmap, size: number): Promise<ImageBitmap> {
  const { width, height } = bitmap;
  const side = Math.min(width, height);
  return createImageBitmap(bitmap, (width - side) / 2, (height - side) / 2, side, side, {
    resizeWidth: size,
    resizeHeight: size,
    resizeQuality: 'medium',
  });
}

/** Makes a frame of a picture, which is not among the collected ones yet; closes the bitmap. */
export async function makeFrame(grabbed: Grabbed): Promise<Frame> {
  const { bitmap, label } = grabbed;
  const thumbnail = await squareOf(bitmap, THUMBNAIL);
  const index = label === undefined ? -1 : labels.value.indexOf(label);
  const tensor = await toTensor(grabbed);
  return { id: nextId++, tensor, thumbnail, label: index < 0 ? undefined : index };
}

export function addFrame(frame: Frame): void {
  frames.value = [...frames.value, frame];
}

export function removeFrame(id: number): void {
  frames.value.find((frame) => frame.id === id)?.thumbnail.close();
  frames.value = frames.value.filter((frame) => frame.id !== id);
}

export function clearFrames(): void {
  for (const { thumbnail } of frames.value) thumbnail.close();
  frames.value = [];
}

export function setLabel(id: number, label: number | undefined): void {
  frames.value = frames.value.map((frame) => (frame.id === id ? { ...frame, label } : frame));
}

/** The class that a key stands for, after the one that the frame has now: classes whose names begin with it, in turn. */
export function classForKey(key: string, now: number | undefined): number | undefined {
  if (key.length !== 1) return undefined;
  const wanted = key.toLowerCase();
  const matching = labels.value.flatMap((name, i) =>
    name.toLowerCase().startsWith(wanted) ? [i] : [],
  );
  return matching.find((index) => now !== undefined && index > now) ?? matching[0];
}
