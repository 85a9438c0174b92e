import { describe, oneOf } from './arguments.js';
import { invalidInput, WebQuantError } from './errors.js';
import type { CalibrationMethod, CalibrationStats } from './types.js';

export const METHODS: readonly CalibrationMethod[] = [
  'minmax',
  'moving-average',
  'percentile',
  'entropy',
  'mse',
];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Statistics as a calibrator gives them, possibly by way of JSON. Throws `invalid-input` for anything else. */
export function checkStats(where: string, value: unknown): CalibrationStats {
  if (!isObject(value))
    throw invalidInput(where, `expected what calibrator.stats() returns, got ${describe(value)}`);
  if (value.version !== 1)
    throw invalidInput(`${where}.version`, `expected 1, got ${describe(value.version)}`);
  oneOf(`${where}.method`, value.method, METHODS);
  if (!Number.isSafeInteger(value.samples) || (value.samples as number) < 0)
    throw invalidInput(`${where}.samples`, `expected a count, got ${describe(value.samples)}`);
  if (!isObject(value.tensors))
    throw invalidInput(`${where}.tensors`, `expected an object, got ${describe(value.tensors)}`);
  for (const [name, range] of Object.entries(value.tensors)) {
    const { min, max } = isObject(range) ? range : {};
    if (!Number.isFinite(min) || !Number.isFinite(max) || (min as number) > (max as number))
      throw invalidInput(
        `${where}.tensors[${JSON.stringify(name)}]`,
        `expected { min, max }, finite and in order, got { min: ${describe(min)}, max: ${describe(max)} }`,
      );
  }
  return value as unknown as CalibrationStats;
}

/**
 * Joins what two calibrators of the same model saw, for example in two workers. The order does not matter.
 *
 * @throws WebQuantError `invalid-input` for statistics of different models or methods; `unsupported` for `moving-average`, whose result
 * depends on the order of the samples
 */
export function mergeStats(a: CalibrationStats, b: CalibrationStats): CalibrationStats {
  checkStats('a', a);
  checkStats('b', b);
  if (a.method !== b.method)
    throw invalidInput('b.method', `expected "${a.method}" as in a, got "${b.method}"`);
  if (a.method !== 'minmax')
    throw new WebQuantError(
      'unsupported',
      'a.method',
      a.method === 'moving-average'
        ? 'statistics of "moving-average" depend on the order of the samples, so two of them cannot be merged'
        : `statistics of "${a.method}" cannot be merged; "minmax" can`,
    );
  // Without samples there may be no tensors yet.
  if (a.samples === 0) return structuredClone(b);
  if (b.samples === 0) return structuredClone(a);
  const merged: CalibrationStats = {
    version: 1,
    method: a.method,
    samples: a.samples + b.samples,
    tensors: {},
  };
  for (const name of new Set([...Object.keys(a.tensors), ...Object.keys(b.tensors)].sort())) {
    const one = a.tensors[name];
    const other = b.tensors[name];
    if (!one || !other)
      throw invalidInput(
        `${one ? 'b' : 'a'}.tensors`,
        `no ${JSON.stringify(name)}: these are statistics of different models`,
      );
    merged.tensors[name] = {
      min: Math.min(one.min, other.min),
      max: Math.max(one.max, other.max),
    };
  }
  return merged;
}
