// Samples as `compare` and `quantizeToTarget` take them: several inputs, at hand or one by one from a generator of the user's. What such
// a generator throws becomes an error of the call that has drawn from it.

import { describe } from './arguments.js';
import { foreign, invalidInput } from './errors.js';
import type { Inputs } from './types.js';

/** Throws unless these are several inputs, which come by one of the ways that are known: synchronous ones, or others too. */
export function checkSamples(samples: unknown, otherWay: symbol = Symbol.iterator): void {
  const ways = [Symbol.iterator, otherWay].map((way) => (samples as never)?.[way]);
  if (
    !ways.some((way) => typeof way === 'function') ||
    ArrayBuffer.isView(samples) ||
    typeof samples === 'string'
  )
    throw invalidInput('samples', `expected an array of inputs, got ${describe(samples)}`);
}

/** The samples one after the other. What their iterator throws comes as `invalid-input`, with the exception as its `cause`. */
export function* drawn(samples: Iterable<Inputs>): Generator<Inputs, void, void> {
  let count = 0;
  try {
    for (const sample of samples) {
      yield sample;
      ++count;
    }
  } catch (thrown) {
    throw refusal(thrown, count);
  }
}

/**
 * The same of samples that may come asynchronously. An iterator that ends because the signal of the call was given throws the signal's
 * reason, which comes as it is.
 */
export async function* drawnLater(
  samples: Iterable<Inputs> | AsyncIterable<Inputs>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Inputs, void, void> {
  let count = 0;
  try {
    for await (const sample of samples) {
      yield sample;
      ++count;
    }
  } catch (thrown) {
    if (signal?.aborted && thrown === signal.reason) throw thrown;
    throw refusal(thrown, count);
  }
}

const refusal = (thrown: unknown, count: number) =>
  foreign(thrown, 'samples', `their iterator failed after ${count}: `, 'invalid-input');
