import { checkOptions, describe, flag, integer } from './arguments.js';
import { type Runtime, unwrap } from './core.js';
import { invalidInput } from './errors.js';
import { Ports } from './ports.js';
import type { Steps } from './steps.js';
import type { CompareReport, Inputs } from './types.js';

/** Options of `WebQuant.compare`. */
export interface CompareOptions {
  /** Also compare the output of every operator that both models have, by name, or by order where another converter renamed them.
   * Default false. */
  layers?: boolean;
  /** For each sample the index of the right class in the first output, for the accuracy of both models. */
  labels?: ArrayLike<number>;
}

/** @internal */
export function* comparing(
  runtime: Runtime,
  reference: Uint8Array,
  candidate: Uint8Array,
  samples: Iterable<Inputs>,
  options: CompareOptions = {},
): Steps<CompareReport> {
  checkOptions('options', options);
  const layers = flag('options.layers', options.layers);
  const { labels } = options;
  checkSamples(samples);
  checkLabels(labels);
  const runner = unwrap(() => runtime.core.createComparator(reference, candidate, layers));
  try {
    const ports = new Ports(runner, runtime.memory);
    const total = Array.isArray(samples) ? samples.length : Number.NaN;
    let count = 0;
    for (const sample of samples) {
      ports.write(sample, 'all', `samples[${count}]`);
      const label = labels && labelOf(labels, count);
      unwrap(() => (label === undefined ? runner.run() : runner.runLabelled(label)));
      yield { done: ++count, total, label: 'comparing' };
    }
    if (count === 0) throw invalidInput('samples', 'expected at least one');
    if (labels && labels.length !== count)
      throw invalidInput('options.labels', `${labels.length} labels for ${count} samples`);
    return unwrap(() => runner.report());
  } finally {
    runner.delete();
  }
}

/** Throws unless these are several inputs, which come by one of the ways that are known: synchronous ones, or others too. @internal */
export function checkSamples(samples: unknown, otherWay: symbol = Symbol.iterator): void {
  const ways = [Symbol.iterator, otherWay].map((way) => (samples as never)?.[way]);
  if (
    !ways.some((way) => typeof way === 'function') ||
    ArrayBuffer.isView(samples) ||
    typeof samples === 'string'
  )
    throw invalidInput('samples', `expected an array of inputs, got ${describe(samples)}`);
}

function checkLabels(labels: unknown): void {
  if (labels === undefined || Array.isArray(labels)) return;
  if (!ArrayBuffer.isView(labels) || !('length' in labels))
    throw invalidInput(
      'options.labels',
      `expected an array of class indices, got ${describe(labels)}`,
    );
}

function labelOf(labels: ArrayLike<number>, index: number): number {
  if (index >= labels.length)
    throw invalidInput('options.labels', `${labels.length} labels, but there are more samples`);
  return integer(`options.labels[${index}]`, labels[index], undefined, 0, 2 ** 31 - 1);
}
