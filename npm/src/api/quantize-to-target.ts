// Looks for the smallest or fastest version of a model that stays close enough to it, for `WebQuant.quantizeToTarget`. It quantizes,
// compares, and keeps more and more of the most sensitive layers in float until the target is met.

import { bytesOf, checkOptions, number, type OptionTable, oneOf } from './arguments.js';
import type { Calibrator } from './calibrator.js';
import type { CompareOptions } from './compare.js';
import { invalidInput, WebQuantError } from './errors.js';
import type { QuantizeOptions, QuantizeResult } from './quantize.js';
import type { Reference } from './reference.js';
import { checkSamples, drawn } from './samples.js';
import type { Steps } from './steps.js';
import type {
  CalibrationStats,
  CompareReport,
  Inputs,
  ModelBytes,
  ModelInfo,
  QuantAttempt,
  QuantMode,
} from './types.js';

/** Options of `WebQuant.quantizeToTarget`. */
export interface QuantizeToTargetOptions {
  /** Inputs as `compare` takes them. They calibrate as well as judge. */
  samples: Iterable<Inputs>;
  /** As in `compare`: adds the accuracy to the figures. */
  labels?: CompareOptions['labels'];
  /** How far the probability of the float model's top class may move, in percentage points, as a mean over the samples. Default 1.
   * Outputs that are no probabilities are judged by {@link QuantAttempt.shiftPercent}. */
  maxShiftPercent?: number;
  /** `speed` (default): static INT8 with some layers in float is taken even where dynamic INT8 would do and be smaller; `size`: the
   * smaller of the two. */
  prefer?: 'size' | 'speed';
}

/** Every option of {@link QuantizeToTargetOptions}. @internal */
export const QUANTIZE_TO_TARGET_OPTIONS: OptionTable<QuantizeToTargetOptions> = {
  samples: true,
  labels: true,
  maxShiftPercent: true,
  prefer: true,
};

/** What `WebQuant.quantizeToTarget` returns. */
export interface QuantizeToTargetResult extends QuantizeResult {
  /** How the version that was taken is quantized. */
  mode: QuantMode;
  /** Every version that was made, in order, and how it did; the one that was taken is `bytes`. */
  tried: QuantAttempt[];
}

/** How many samples measure one layer, at most. */
const SENSITIVITY_SAMPLES = 8;
/** The largest share of the layers that stay float: with more, little is left of INT8. */
const MAX_FLOAT_SHARE = 0.5;

/** The calls that the search is made of. A loaded `WebQuant` has them all. @internal */
export interface SearchCalls {
  inspect(bytes: ModelBytes): ModelInfo;
  createCalibrator(bytes: ModelBytes): Calibrator;
  quantize(bytes: ModelBytes, options: QuantizeOptions): QuantizeResult;
  createReference(bytes: ModelBytes): Reference;
  comparing(
    reference: Reference,
    candidate: ModelBytes,
    samples: Iterable<Inputs>,
    options?: CompareOptions,
  ): Steps<CompareReport>;
}

interface Candidate {
  made: QuantizeResult;
  attempt: QuantAttempt;
}

/** {@link WebQuant.quantizeToTarget} in steps. @internal */
export function* quantizingToTarget(
  wq: SearchCalls,
  model: ModelBytes,
  options: QuantizeToTargetOptions,
): Steps<QuantizeToTargetResult> {
  if (options === undefined) throw invalidInput('options', 'missing; { samples } is needed');
  checkOptions('options', options, QUANTIZE_TO_TARGET_OPTIONS);
  const bytes = bytesOf('bytes', model);
  checkSamples(options.samples);
  const samples = [...drawn(options.samples)];
  if (samples.length === 0) throw invalidInput('samples', 'expected at least one');
  const maxShift = number(
    'options.maxShiftPercent',
    options.maxShiftPercent,
    1,
    'a number of at least 0',
    (value) => value >= 0,
  );
  const prefer = oneOf('options.prefer', options.prefer, ['size', 'speed'], 'speed');
  const judged = options.labels === undefined ? {} : { labels: options.labels };
  const stats = yield* calibrating(wq, bytes, samples);
  const reference = wq.createReference(bytes);
  try {
    return yield* searching(wq, bytes, { reference, samples, stats, judged, maxShift, prefer });
  } finally {
    reference.dispose();
  }
}

/** What a search goes by, checked. */
interface Search {
  reference: Reference;
  samples: Inputs[];
  stats: CalibrationStats;
  judged: CompareOptions;
  maxShift: number;
  prefer: 'size' | 'speed';
}

function* searching(
  wq: SearchCalls,
  bytes: Uint8Array,
  { reference, samples, stats, judged, maxShift, prefer }: Search,
): Steps<QuantizeToTargetResult> {
  const tried: QuantAttempt[] = [];

  function* attempt(spec: QuantizeOptions): Steps<Candidate> {
    const made = wq.quantize(bytes, spec);
    const report = yield* comparingIfSupported(wq, reference, made.bytes, samples, judged);
    const shiftPercent =
      report instanceof WebQuantError ? { mean: Infinity, max: Infinity } : shiftOf(report);
    const { stats: _, mode, ...rest } = spec;
    const figures: QuantAttempt = {
      mode,
      options: rest,
      sizeBytes: made.bytes.length,
      shiftPercent,
      meetsTarget: shiftPercent.mean <= maxShift,
    };
    if (report instanceof WebQuantError) figures.reason = report.message;
    else if (report.accuracy) figures.accuracy = report.accuracy;
    tried.push(figures);
    return { made, attempt: figures };
  }
  const take = ({ made, attempt: { mode } }: Candidate): QuantizeToTargetResult => ({
    ...made,
    mode,
    tried,
  });

  const plain: QuantizeOptions = { mode: 'static-int8', stats };
  let best = yield* attempt(plain);
  if (best.attempt.meetsTarget) return take(best);
  const equalized = yield* attempt({ ...plain, equalize: true });
  if (equalized.attempt.meetsTarget) return take(equalized);
  if (equalized.attempt.shiftPercent.mean < best.attempt.shiftPercent.mean) best = equalized;

  const base: QuantizeOptions = { ...plain, ...best.attempt.options };
  const layers = yield* bySensitivity(wq, bytes, reference, base, best.made, samples);
  const most = Math.floor(layers.length * MAX_FLOAT_SHARE);
  const mixed = yield* fewest(most, (count) =>
    attempt({ ...base, exclude: layers.slice(0, count) }),
  );
  if (mixed && prefer === 'speed') return take(mixed);
  const dynamic = yield* attempt({ mode: 'dynamic-int8' });
  const isSmaller = !mixed || dynamic.made.bytes.length < mixed.made.bytes.length;
  if (dynamic.attempt.meetsTarget && isSmaller) return take(dynamic);
  if (mixed) return take(mixed);
  return take(yield* attempt({ mode: 'fp16' }));
}

function* calibrating(wq: SearchCalls, bytes: Uint8Array, samples: Inputs[]) {
  const calibrator = wq.createCalibrator(bytes);
  try {
    for (const [i, sample] of samples.entries()) {
      calibrator.observe(sample);
      yield { done: i + 1, total: samples.length, label: 'calibrating' };
    }
    return calibrator.stats();
  } finally {
    calibrator.dispose();
  }
}

/**
 * The candidate with the least count from 1 to `most` that meets the target, found by doubling and then by halving the interval: the
 * error is taken to fall with the count.
 */
function* fewest(
  most: number,
  attempt: (count: number) => Steps<Candidate>,
): Steps<Candidate | undefined> {
  let fails = 0;
  let found: Candidate | undefined;
  let meets = 0;
  for (let count = 1; !found && fails < most; count = Math.min(2 * count, most)) {
    const candidate = yield* attempt(count);
    if (candidate.attempt.meetsTarget) {
      found = candidate;
      meets = count;
    } else fails = count;
  }
  while (found && meets - fails > 1) {
    const middle = (fails + meets) >> 1;
    const candidate = yield* attempt(middle);
    if (candidate.attempt.meetsTarget) {
      found = candidate;
      meets = middle;
    } else fails = middle;
  }
  return found;
}

/** Names of the layers with weights that `made` has in INT8, the one that alone costs most first. */
function* bySensitivity(
  wq: SearchCalls,
  bytes: Uint8Array,
  reference: Reference,
  base: QuantizeOptions,
  { report }: QuantizeResult,
  samples: Inputs[],
): Steps<string[]> {
  const { ops } = wq.inspect(bytes);
  const hasWeights = new Set(ops.filter(({ weightBytes }) => weightBytes > 0).map((op) => op.name));
  const names = report.ops.filter(({ decision }) => decision === 'int8').map((op) => op.name);
  const layers = [...new Set(names)].filter((name) => name !== '' && hasWeights.has(name));
  const step = Math.ceil(samples.length / SENSITIVITY_SAMPLES);
  const some = samples.filter((_, i) => i % step === 0);
  const costs: { name: string; cost: number }[] = [];
  for (const name of layers) {
    const exclude = ops.map((op) => op.name).filter((other) => other !== '' && other !== name);
    const alone = wq.quantize(bytes, { ...base, exclude });
    const compared = yield* comparingIfSupported(wq, reference, alone.bytes, some);
    const cost =
      compared instanceof WebQuantError
        ? Infinity
        : Object.values(compared.outputs).reduce((sum, { mse }) => sum + mse, 0);
    costs.push({ name, cost });
  }
  // Sorting is stable: of equal costs the earlier layer, so the same input always gives the same file.
  return costs.sort((a, b) => (a.cost === b.cost ? 0 : b.cost - a.cost)).map(({ name }) => name);
}

/** A version may be valid and yet beyond what integer kernels here can do; it then counts as one that misses any target. */
function* comparingIfSupported(
  wq: SearchCalls,
  reference: Reference,
  candidate: Uint8Array,
  samples: Inputs[],
  options?: CompareOptions,
): Steps<CompareReport | WebQuantError> {
  try {
    return yield* wq.comparing(reference, candidate, samples, options);
  } catch (error) {
    if (error instanceof WebQuantError && error.code === 'unsupported') return error;
    throw error;
  }
}

/** See `QuantAttempt.shiftPercent`. */
function shiftOf({ probabilityShift, outputs }: CompareReport): QuantAttempt['shiftPercent'] {
  if (probabilityShift)
    return { mean: probabilityShift.meanPercent, max: probabilityShift.maxPercent };
  const worst = Math.min(...Object.values(outputs).map(({ sqnrDb }) => sqnrDb));
  const mean = 10 ** ((30 - worst) / 20);
  return { mean, max: mean };
}
