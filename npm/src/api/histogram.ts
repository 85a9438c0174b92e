// Merges two histograms of an activation, for `mergeStats`. The bins are those of src/calibrate/histogram.h.

import type { Histogram } from './types.js';

/**
 * The histogram of the values of both. The width of a bin is a power of two and bins lie at multiples of it, so two neighbours can be
 * joined into one bin of twice the width without an error.
 */
export function mergeHistograms(a: Histogram, b: Histogram, bins: number): Histogram {
  let exponent = Math.max(a.exponent, b.exponent);
  let [one, other] = [widen(a, exponent), widen(b, exponent)];
  while (lastOf(one, other) - Math.min(one.first, other.first) > bins) {
    exponent += 1;
    [one, other] = [widen(one, exponent), widen(other, exponent)];
  }
  const first = Math.min(one.first, other.first);
  const counts = new Array<number>(lastOf(one, other) - first).fill(0);
  for (const part of [one, other])
    part.counts.forEach((count, i) => {
      counts[part.first - first + i] = (counts[part.first - first + i] as number) + count;
    });
  return { exponent, first, counts };
}

/** The index after the last bin of either. */
function lastOf(a: Histogram, b: Histogram): number {
  return Math.max(a.first + a.counts.length, b.first + b.counts.length);
}

function widen({ exponent, first, counts }: Histogram, target: number): Histogram {
  const place = (bin: number) => Math.floor(bin / 2 ** (target - exponent));
  const start = place(first);
  const joined = new Array<number>(counts.length && place(first + counts.length - 1) - start + 1);
  joined.fill(0);
  counts.forEach((count, i) => {
    const to = place(first + i) - start;
    joined[to] = (joined[to] as number) + count;
  });
  return { exponent: target, first: start, counts: joined };
}
