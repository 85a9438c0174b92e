// The versions of the model: the reference, and those that were made of it.

import { computed, signal } from '@preact/signals';
import type { QuantizeOptions, QuantMode, QuantReport } from 'webquant';
import { messageOf, wq } from '../engine.ts';
import { stats } from './calibration.ts';
import { type Model, usable } from './model.ts';

export type VersionId = 'reference' | QuantMode | 'auto';

export interface Version {
  id: VersionId;
  bytes: Uint8Array;
  /** How it was made; undefined for the reference. */
  options: QuantizeOptions | undefined;
  report: QuantReport | undefined;
}

/** What the fold of options says; each mode takes those that concern it. */
export interface Choices {
  io: 'float32' | 'int8' | 'uint8';
  granularity: 'per-channel' | 'per-tensor';
  activations: 'asymmetric' | 'symmetric';
  minElements: number;
  exclude: string;
}

export const choices = signal<Choices>({
  io: 'float32',
  granularity: 'per-channel',
  activations: 'asymmetric',
  minElements: 1024,
  exclude: '',
});

export const made = signal<readonly Version[]>([]);
export const making = signal<VersionId | undefined>(undefined);
export const makeError = signal<string | undefined>(undefined);
/** The version that the reference is compared with. */
export const chosenId = signal<VersionId | undefined>(undefined);

const referenceOf = ({ bytes }: Model): Version => ({
  id: 'reference',
  bytes,
  options: undefined,
  report: undefined,
});

export const versions = computed<readonly Version[]>(() =>
  usable.value ? [referenceOf(usable.value), ...made.value] : [],
);
export const chosen = computed(() => made.value.find(({ id }) => id === chosenId.value));

/** Options of a mode as they are now. */
export function optionsFor(mode: QuantMode): QuantizeOptions {
  const { io, granularity, activations, minElements, exclude } = choices.value;
  const names = exclude.split(/[\n,]/).map((name) => name.trim());
  const excluded = names.filter(Boolean);
  const options: QuantizeOptions = { mode };
  if (excluded.length > 0) options.exclude = excluded;
  if (mode === 'fp16') return options;
  if (granularity !== 'per-channel') options.granularity = granularity;
  if (mode === 'dynamic-int8') {
    if (minElements !== 1024) options.minElements = minElements;
    return options;
  }
  if (io !== 'float32') options.io = io;
  if (activations !== 'asymmetric') options.activations = activations;
  if (stats.value) options.stats = stats.value;
  return options;
}

export async function make(mode: QuantMode): Promise<void> {
  const target = usable.value;
  if (!target || making.value) return;
  making.value = mode;
  makeError.value = undefined;
  try {
    const options = optionsFor(mode);
    const { bytes, report } = await wq().quantize(target.bytes, options);
    if (usable.value?.bytes !== target.bytes) return; // another model was opened in the meantime
    add({ id: mode, bytes, options, report });
  } catch (error) {
    makeError.value = messageOf(error);
  } finally {
    making.value = undefined;
  }
}

export function add(version: Version): void {
  const order: VersionId[] = ['fp16', 'dynamic-int8', 'static-int8', 'auto'];
  const others = made.value.filter(({ id }) => id !== version.id);
  made.value = [...others, version].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  chosenId.value = version.id;
}

export function discard(ids: (id: VersionId) => boolean = () => true): void {
  if (!made.value.some(({ id }) => ids(id))) return;
  made.value = made.value.filter(({ id }) => !ids(id));
  if (!chosen.value) chosenId.value = made.value.at(-1)?.id;
}
