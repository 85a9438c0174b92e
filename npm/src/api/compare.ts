// Runs two models on the same samples and measures how far their outputs are apart, for `WebQuant.compare`. The metrics are computed in
// WebAssembly (src/compare), sample by sample, so that no outputs are kept.

import { type Runtime, release, unwrap } from '../wasm/core.js';
import { Ports } from '../wasm/ports.js';
import { checkOptions, describe, flag, integer, type OptionTable } from './arguments.js';
import { invalidInput } from './errors.js';
import { Reference } from './reference.js';
import { checkSamples, drawn } from './samples.js';
import type { Steps } from './steps.js';
import type { CompareReport, Inputs } from './types.js';

/** Options of `WebQuant.compare`. */
export interface CompareOptions {
  /** Also compare the output of every operator that both models have, by name, or by order where another converter renamed them.
   * Default false. */
  layers?: boolean;
  /** Also tell of each sample alone, in `perSample` of the report. Default false. */
  perSample?: boolean;
  /** For each sample the index of the right class in the first output, for the accuracy of both models. */
  labels?: ArrayLike<number>;
}

/** Every option of {@link CompareOptions}. @internal */
export const COMPARE_OPTIONS: OptionTable<CompareOptions> = {
  layers: true,
  perSample: true,
  labels: true,
};

/** {@link WebQuant.compare} in steps, one a sample. A `Reference` is compared without layers. @internal */
export function* comparing(
  runtime: Runtime,
  reference: Uint8Array | Reference,
  candidate: Uint8Array,
  samples: Iterable<Inputs>,
  options: CompareOptions = {},
): Steps<CompareReport> {
  checkOptions('options', options, COMPARE_OPTIONS);
  const layers = flag('options.layers', options.layers);
  const perSample = flag('options.perSample', options.perSample);
  const { labels } = options;
  checkSamples(samples);
  checkLabels(labels);
  const shared = reference instanceof Reference ? reference : undefined;
  const runner = shared
    ? shared.compareWith(candidate)
    : unwrap(() => runtime.core.createComparator(reference as Uint8Array, candidate, layers));
  try {
    if (perSample) unwrap(() => runner.keepSamples());
    const ports = new Ports(runner, runtime.memory);
    const total = Array.isArray(samples) ? samples.length : Number.NaN;
    let count = 0;
    for (const sample of drawn(samples)) {
      ports.write(sample, 'all', `samples[${count}]`);
      const label = labels && labelOf(labels, count);
      if (shared) unwrap(() => runner.runNumbered(shared.numberOf(sample), label ?? -1));
      else unwrap(() => (label === undefined ? runner.run() : runner.runLabelled(label)));
      yield { done: ++count, total, label: 'comparing' };
    }
    if (count === 0) throw invalidInput('samples', 'expected at least one');
    if (labels && labels.length !== count)
      throw invalidInput('options.labels', `${labels.length} labels for ${count} samples`);
    return unwrap(() => runner.report());
  } finally {
    release(runner);
  }
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
