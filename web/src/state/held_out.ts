// Labelled frames that no calibration has seen: those that are bundled with the bundled model.

import { computed, signal } from '@preact/signals';
import { BUNDLED_NAME, bundledTestFrames } from '../lib/bundled.ts';
import { type Frame, makeFrame } from './frames.ts';
import { usable } from './model.ts';

export const hasHeldOut = computed(() => usable.value?.name === BUNDLED_NAME);

const taken = signal<{ of: typeof usable.value; frames: readonly Frame[] } | undefined>(undefined);

/** Those frames as tensors, once they were taken for the model and the preprocessing of now. */
export const heldOut = computed(() =>
  taken.value && taken.value.of === usable.value ? taken.value.frames : undefined,
);

export async function takeHeldOut(signal: AbortSignal): Promise<void> {
  if (heldOut.value) return;
  const of = usable.value;
  const frames: Frame[] = [];
  for (const { file, label } of await bundledTestFrames()) {
    signal.throwIfAborted();
    const bitmap = await createImageBitmap(file);
    frames.push(await makeFrame(label === undefined ? { bitmap } : { bitmap, label }));
  }
  taken.value = { of, frames };
}
