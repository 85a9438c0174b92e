// What the outputs of two versions say, and how far they are apart.

import type { Outputs, SampleMetrics } from 'webquant';

export interface Score {
  index: number;
  value: number;
}

/** The first output as numbers. */
export function firstOutput(outputs: Outputs): ArrayLike<number> {
  const [first] = Object.values(outputs);
  return first && !(first instanceof BigInt64Array) ? first : [];
}

export function top(values: ArrayLike<number>, count: number): Score[] {
  const best: Score[] = [];
  for (let index = 0; index < values.length; ++index) {
    const value = values[index] as number;
    if (best.length === count && value <= (best[count - 1] as Score).value) continue;
    const place = best.findIndex((other) => other.value < value);
    best.splice(place < 0 ? best.length : place, 0, { index, value });
    best.length = Math.min(best.length, count);
  }
  return best;
}

/** Whether these are probabilities of classes: from 0 to 1, and 1 together, as far as INT8 allows. */
export function areProbabilities(values: ArrayLike<number>): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; ++i) {
    const value = values[i] as number;
    if (value < 0 || value > 1.01) return false;
    sum += value;
  }
  return values.length > 1 && Math.abs(sum - 1) < 0.2;
}

/** How far the reference's top class moved, in percentage points; for other outputs the largest difference, in per cent of the range. */
export function shiftOf(reference: ArrayLike<number>, candidate: ArrayLike<number>): number {
  if (areProbabilities(reference)) {
    const [best] = top(reference, 1);
    return best ? 100 * Math.abs(best.value - (candidate[best.index] ?? 0)) : 0;
  }
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < reference.length; ++i) {
    const value = reference[i] as number;
    low = Math.min(low, value);
    high = Math.max(high, value);
    worst = Math.max(worst, Math.abs(value - (candidate[i] as number)));
  }
  return high > low ? (100 * worst) / (high - low) : 0;
}

/** The same for what `compare` tells of one sample. */
export function shiftOfSample({ shiftPercent, outputs }: SampleMetrics): number {
  if (shiftPercent !== undefined) return shiftPercent;
  const [first] = Object.values(outputs);
  return first && first.range > 0 ? (100 * first.maxAbs) / first.range : 0;
}

export type Verdict = 'very-good' | 'acceptable' | 'reconsider';
export const verdictOf = (meanShift: number): Verdict =>
  meanShift < 1 ? 'very-good' : meanShift <= 3 ? 'acceptable' : 'reconsider';

export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
