// The model that is worked on.

import { computed, signal } from '@preact/signals';
import type { ModelInfo, TensorInfo } from 'webquant';
import { BUNDLED_NAME, bundledLabels, bundledModel } from '../lib/bundled.ts';
import { helper } from '../lib/helper.ts';
import { guess, type Preprocessing, pictureOf } from '../lib/preprocessing.ts';
import { forgetModel, keepModel, keptModels, readKeptModel } from '../lib/storage.ts';
import { messageOf, whenReady } from './engine.ts';

export interface Model {
  name: string;
  file: Blob;
  info: ModelInfo;
  /** What it takes, if that is one picture. */
  input: TensorInfo | undefined;
  /** Why it cannot be worked on, if so. */
  obstacle: 'unsupported' | 'no-picture' | 'quantized' | undefined;
}

export const model = signal<Model | undefined>(undefined);
export const modelStatus = signal<'idle' | 'loading'>('loading');
/** What went wrong with the last file: the model before it is still there. */
export const modelError = signal<{ file: string; reason: string } | undefined>(undefined);
export const preprocessing = signal<Preprocessing | undefined>(undefined);
export const labels = signal<string[]>([]);
export const keptNames = signal<string[]>([]);

/** A model that can be quantized on this page, and how frames become its input. */
export const usable = computed(() => {
  const current = model.value;
  const how = preprocessing.value;
  return current?.input && how && !current.obstacle
    ? { ...current, input: current.input, how }
    : undefined;
});

/** Whether the first output has one value for each class. */
export const isClassifier = computed(() => {
  const shape = model.value?.info.outputs[0]?.shape ?? [];
  return shape.filter((size) => size > 1).length <= 1;
});

export async function openBundled(): Promise<void> {
  await open(BUNDLED_NAME, bundledModel, bundledLabels);
}

export async function openFile(file: File): Promise<void> {
  const opened = await open(file.name, async () => file);
  if (!opened) return;
  await keepModel(file.name, opened.file);
  keptNames.value = await keptModels();
}

export async function openKept(name: string): Promise<void> {
  await open(name, () => readKeptModel(name));
}

export async function forget(name: string): Promise<void> {
  await forgetModel(name);
  keptNames.value = await keptModels();
}

/** A text file with a class a line, as they come beside models. */
export async function openLabels(file: File): Promise<void> {
  labels.value = (await file.text()).trim().split(/\r?\n/);
}

let turn = 0;

/** Opens a model in place of the one before; of several that are opening the last one counts. */
async function open(
  name: string,
  get: () => Promise<Blob>,
  classes?: string[],
): Promise<Model | undefined> {
  const mine = ++turn;
  modelStatus.value = 'loading';
  modelError.value = undefined;
  try {
    const { file, metadata } = await helper.open(await get());
    const info = await (await whenReady()).inspect(file);
    if (mine !== turn) return undefined;
    const input = pictureOf(info);
    const opened = { name, file, info, input, obstacle: obstacleOf(info, input) };
    preprocessing.value = input && guess(input, metadata.normalization);
    labels.value = classes ?? metadata.labels;
    model.value = opened;
    return opened;
  } catch (error) {
    if (mine === turn) modelError.value = { file: name, reason: messageOf(error) };
    return undefined;
  } finally {
    if (mine === turn) modelStatus.value = 'idle';
  }
}

function obstacleOf(info: ModelInfo, input: TensorInfo | undefined): Model['obstacle'] {
  if (info.ops.some(({ supported }) => !supported)) return 'unsupported';
  if (!input) return 'no-picture';
  return info.precision === 'float32' ? undefined : 'quantized';
}
