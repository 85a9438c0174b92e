// The versions of the model: the reference, and those that were made of it.

import { computed, signal } from '@preact/signals';
import type {
  CalibrationStats,
  QuantAttempt,
  QuantizeOptions,
  QuantMode,
  QuantReport,
} from 'webquant';
import type { VersionId } from '../lib/kinds.ts';
import { stats } from './calibration.ts';
import { isAbort, messageOf, wq } from './engine.ts';
import { frames } from './frames.ts';
import { type Model, usable } from './model.ts';

export interface Version {
  id: VersionId;
  file: Blob;
  /** How it was made; undefined for the reference. */
  options: QuantizeOptions | undefined;
  report: QuantReport | undefined;
  /** The statistics of the frames that it was made with; undefined where it does not depend on them. */
  basis: CalibrationStats | undefined;
  /** With `auto`: what was aimed at, and everything that was tried. */
  search?: { maxShiftPercent: number; tried: QuantAttempt[] };
}

/** What the fold of options says; each mode takes those that concern it. */
export interface Choices {
  io: 'float32' | 'int8' | 'uint8';
  granularity: 'per-channel' | 'per-tensor';
  activations: 'asymmetric' | 'symmetric';
  minElements: number;
  equalize: boolean;
  exclude: string;
}

export const choices = signal<Choices>({
  io: 'float32',
  granularity: 'per-channel',
  activations: 'asymmetric',
  minElements: 1024,
  equalize: false,
  exclude: '',
});

export const made = signal<readonly Version[]>([]);
export const making = signal<VersionId | undefined>(undefined);
export const makeError = signal<string | undefined>(undefined);
/** The version that the reference is compared with. */
export const chosenId = signal<VersionId | undefined>(undefined);

const referenceOf = ({ file }: Model): Version => ({
  id: 'reference',
  file,
  options: undefined,
  report: undefined,
  basis: undefined,
});

/** What is sent to the worker again and again should not be copied each time. */
const fileOf = (bytes: Uint8Array): Blob => new Blob([bytes as Uint8Array<ArrayBuffer>]);

export const versions = computed<readonly Version[]>(() =>
  usable.value ? [referenceOf(usable.value), ...made.value] : [],
);
export const chosen = computed(() => made.value.find(({ id }) => id === chosenId.value));

/** Options of a mode as they are now. */
export function optionsFor(mode: QuantMode): QuantizeOptions {
  const { io, granularity, activations, minElements, equalize, exclude } = choices.value;
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
  if (equalize) options.equalize = true;
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
    const { bytes, report } = await wq().quantize(target.file, options);
    if (usable.value?.file !== target.file) return; // another model was opened in the meantime
    add({ id: mode, file: fileOf(bytes), options, report, basis: options.stats });
  } catch (error) {
    makeError.value = messageOf(error);
  } finally {
    making.value = undefined;
  }
}

export const targetPercent = signal(1);
export const searching = signal<{ done: number; total: number; label: string } | undefined>(
  undefined,
);
let stopSearching: AbortController | undefined;
export const cancelSearching = (): void => stopSearching?.abort();

/** Looks for the version that stays within the target, on the collected frames. */
export async function makeAuto(): Promise<void> {
  const target = usable.value;
  const basis = stats.value;
  if (!target || !basis || making.value) return;
  const stop = new AbortController();
  stopSearching = stop;
  making.value = 'auto';
  makeError.value = undefined;
  const maxShiftPercent = targetPercent.value;
  try {
    const { bytes, report, mode, tried } = await wq().quantizeToTarget(target.file, {
      samples: frames.value.map(({ tensor }) => tensor),
      maxShiftPercent,
      signal: stop.signal,
      onProgress: (done, total, label) => {
        searching.value = { done, total, label };
      },
    });
    if (usable.value?.file !== target.file || stats.value !== basis) return;
    add({
      id: 'auto',
      file: fileOf(bytes),
      options: { mode },
      report,
      basis,
      search: { maxShiftPercent, tried },
    });
  } catch (error) {
    if (!isAbort(error)) makeError.value = messageOf(error);
  } finally {
    searching.value = undefined;
    making.value = undefined;
  }
}

export function add(version: Version): void {
  const order: VersionId[] = ['fp16', 'dynamic-int8', 'static-int8', 'auto'];
  const others = made.value.filter(({ id }) => id !== version.id);
  made.value = [...others, version].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  chosenId.value = version.id;
}

export function discard(isVoid: (version: Version) => boolean = () => true): void {
  if (!made.value.some(isVoid)) return;
  made.value = made.value.filter((version) => !isVoid(version));
  if (!chosen.value) chosenId.value = made.value.at(-1)?.id;
}
