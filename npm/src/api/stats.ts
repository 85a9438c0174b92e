// The statistics of a calibrator as plain JSON: their checks, because they may come from a file or from another thread, and `mergeStats`.

import { describe, integer, number, oneOf } from './arguments.js';
import { invalidInput, WebQuantError } from './errors.js';
import { mergeHistograms } from './histogram.js';
import type {
  CalibrationMethod,
  CalibrationStats,
  Histogram,
  TensorDetails,
  TensorStats,
} from './types.js';

export const METHODS: readonly CalibrationMethod[] = [
  'auto',
  'minmax',
  'moving-average',
  'percentile',
  'entropy',
  'mse',
];

export const percentileOf = (where: string, value: unknown): number =>
  number(where, value, 99.99, 'a number above 50 and at most 100', (p) => p > 50 && p <= 100);
export const momentumOf = (where: string, value: unknown): number =>
  number(where, value, 0.95, 'a number above 0 and below 1', (m) => m > 0 && m < 1);
export const binsOf = (where: string, value: unknown): number =>
  integer(where, value, 2048, 16, 2 ** 20);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Checks statistics that a calibrator gave, possibly by way of JSON. Throws `invalid-input` for anything else. */
export function checkStats(where: string, value: unknown): CalibrationStats {
  if (!isObject(value))
    throw invalidInput(where, `expected what calibrator.stats() returns, got ${describe(value)}`);
  if (value.version !== 1)
    throw invalidInput(`${where}.version`, `expected 1, got ${describe(value.version)}`);
  oneOf(`${where}.method`, value.method, METHODS);
  percentileOf(`${where}.percentile`, value.percentile);
  momentumOf(`${where}.momentum`, value.momentum);
  const bins = binsOf(`${where}.bins`, value.bins);
  if (!Number.isSafeInteger(value.samples) || (value.samples as number) < 0)
    throw invalidInput(`${where}.samples`, `expected a count, got ${describe(value.samples)}`);
  for (const [place, tensor] of entriesOf(`${where}.tensors`, value.tensors)) {
    checkRange(place, tensor);
    if (isObject(tensor) && tensor.histogram !== undefined)
      checkHistogram(`${place}.histogram`, tensor.histogram, bins);
  }
  if (value.details !== undefined)
    for (const [place, tensor] of entriesOf(`${where}.details`, value.details))
      checkDetails(place, tensor);
  return value as unknown as CalibrationStats;
}

function entriesOf(where: string, value: unknown): [place: string, entry: unknown][] {
  if (!isObject(value)) throw invalidInput(where, `expected an object, got ${describe(value)}`);
  return Object.entries(value).map(([name, entry]) => [`${where}[${JSON.stringify(name)}]`, entry]);
}

function checkRange(where: string, range: unknown): void {
  const { min, max } = isObject(range) ? range : {};
  if (!Number.isFinite(min) || !Number.isFinite(max) || (min as number) > (max as number))
    throw invalidInput(
      where,
      `expected { min, max }, finite and in order, got { min: ${describe(min)}, max: ${describe(max)} }`,
    );
}

function checkHistogram(where: string, value: unknown, bins: number): void {
  if (!isObject(value)) throw invalidInput(where, `expected an object, got ${describe(value)}`);
  integer(`${where}.exponent`, value.exponent, undefined, -126, 128);
  integer(`${where}.first`, value.first, undefined, -(2 ** 22), 2 ** 22);
  const counts = numbersOf(`${where}.counts`, value.counts);
  if (counts.length > bins)
    throw invalidInput(`${where}.counts`, `expected at most ${bins}, got ${counts.length}`);
  const bad = counts.find((count) => !Number.isSafeInteger(count) || count < 0);
  if (bad !== undefined)
    throw invalidInput(`${where}.counts`, `expected counts, got ${describe(bad)}`);
}

function checkDetails(where: string, value: unknown): void {
  if (!isObject(value)) throw invalidInput(where, `expected an object, got ${describe(value)}`);
  numbersOf(where, [value.minSum, value.maxSum]);
  const { channels } = value;
  if (channels === undefined) return;
  if (!isObject(channels))
    throw invalidInput(`${where}.channels`, `expected an object, got ${describe(channels)}`);
  const lengths = ['min', 'max', 'sum'].map(
    (key) => numbersOf(`${where}.channels.${key}`, channels[key]).length,
  );
  if (new Set(lengths).size > 1)
    throw invalidInput(`${where}.channels`, `expected equal lengths, got ${lengths.join(', ')}`);
}

/** Finite numbers. */
function numbersOf(where: string, value: unknown): number[] {
  if (!Array.isArray(value)) throw invalidInput(where, `expected an array, got ${describe(value)}`);
  const bad = value.findIndex((entry) => !Number.isFinite(entry));
  if (bad >= 0)
    throw invalidInput(where, `expected finite numbers, got ${describe(value[bad])} at ${bad}`);
  return value;
}

/**
 * Joins what two calibrators of the same model saw, for example in two workers. The order does not matter, and the result is what one
 * calibrator would have seen.
 *
 * @throws WebQuantError `invalid-input` for statistics of different models, methods or options; `unsupported` for `moving-average`,
 * whose result depends on the order of the samples
 */
export function mergeStats(a: CalibrationStats, b: CalibrationStats): CalibrationStats {
  checkStats('a', a);
  checkStats('b', b);
  for (const option of ['method', 'percentile', 'bins'] as const)
    if (a[option] !== b[option])
      throw invalidInput(
        `b.${option}`,
        `expected ${describe(a[option])} as in a, got ${describe(b[option])}`,
      );
  if (a.method === 'moving-average')
    throw new WebQuantError(
      'unsupported',
      'a.method',
      'statistics of "moving-average" depend on the order of the samples, so two of them cannot be merged',
    );
  // Without samples there may be no tensors yet.
  if (a.samples === 0) return structuredClone(b);
  if (b.samples === 0) return structuredClone(a);
  const { details: aDetails, tensors: _, ...head } = a;
  const bDetails = b.details;
  const merged: CalibrationStats = {
    ...head,
    samples: a.samples + b.samples,
    tensors: mergeEntries('tensors', a.tensors, b.tensors, (one, other) =>
      mergeTensors(one, other, a.bins),
    ),
  };
  // Details are sums over all samples, so both statistics must have them.
  if (aDetails && bDetails)
    merged.details = mergeEntries('details', aDetails, bDetails, mergeDetails);
  return merged;
}

function mergeEntries<T>(
  kind: string,
  a: Record<string, T>,
  b: Record<string, T>,
  merge: (one: T, other: T, where: string) => T,
): Record<string, T> {
  const merged: Record<string, T> = {};
  for (const name of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
    const one = a[name];
    const other = b[name];
    if (!one || !other)
      throw invalidInput(
        `${one ? 'b' : 'a'}.${kind}`,
        `no ${JSON.stringify(name)}: these are statistics of different models`,
      );
    merged[name] = merge(one, other, `b.${kind}[${JSON.stringify(name)}]`);
  }
  return merged;
}

function mergeTensors(a: TensorStats, b: TensorStats, bins = 2048): TensorStats {
  const range = { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
  if (!a.histogram || !b.histogram) return range;
  const histogram: Histogram = mergeHistograms(a.histogram, b.histogram, bins);
  return { ...range, histogram };
}

function mergeDetails(a: TensorDetails, b: TensorDetails, where: string): TensorDetails {
  const sums = { minSum: a.minSum + b.minSum, maxSum: a.maxSum + b.maxSum };
  const [one, other] = [a.channels, b.channels];
  if (one?.sum.length !== other?.sum.length)
    throw invalidInput(
      `${where}.channels`,
      `expected ${one?.sum.length} as in a, got ${other?.sum.length}: these are statistics of different models`,
    );
  if (!one || !other) return sums;
  const join = (key: 'min' | 'max' | 'sum', merge: (x: number, y: number) => number) =>
    one[key].map((x, i) => merge(x, other[key][i] as number));
  return {
    ...sums,
    channels: {
      min: join('min', Math.min),
      max: join('max', Math.max),
      sum: join('sum', (x, y) => x + y),
    },
  };
}
