// Looks for the static INT8 version of a model that is closest to the float model on a few inputs, for `Calibrator.quantize` with the
// method `auto`: ways of choosing ranges first, then which few layers had better stay float. The float model runs once an input for all
// versions. Versions are compared before a final SOFTMAX, whose probabilities near 0 and 1 hide differences.

import { type Runtime, unwrap } from '../wasm/core.js';
import { comparing } from './compare.js';
import { WebQuantError } from './errors.js';
import { type QuantizeOptions, type QuantizeResult, quantize } from './quantize.js';
import { Reference } from './reference.js';
import type { Steps } from './steps.js';
import type {
  CalibrationMethod,
  CalibrationStats,
  CompareReport,
  Inputs,
  ModelInfo,
  TuningAttempt,
} from './types.js';

/** What `tuning` goes by. @internal */
export interface Tuning {
  /** The float model's file. */
  bytes: Uint8Array;
  /** Of the method `auto`: with histograms. */
  stats: CalibrationStats;
  /** At least one. */
  inputs: readonly Inputs[];
  /** Of `quantize`, with mode `static-int8` and without `stats`. What is set there is not varied. */
  options: QuantizeOptions;
  /** The share of the multiply-adds that may stay float; undefined: no layer is to. */
  maxMacs: number | undefined;
}

/** From the simplest on; of equally good ones the first is taken. */
const METHODS: readonly CalibrationMethod[] = ['minmax', 'percentile', 'mse'];
/** By how many dB a less simple version must be better: differences below are chance. */
const WORTHWHILE_DB = 0.25;
/** Versions at least this good need no layer in float. */
const GOOD_DB = 35;
/** How many layers are tried in float, and how much one must gain alone to be kept so. */
const TRIED_LAYERS = 6;
const LAYER_GAIN_DB = 0.5;

interface Version {
  options: QuantizeOptions;
  attempt: TuningAttempt;
}

/** The best version's options and what was tried, in steps of one comparison each. @internal */
export function* tuning(runtime: Runtime, tuned: Tuning): Steps<QuantizeResult> {
  const { core } = runtime;
  const scored = unwrap(() => core.withoutSoftmax(tuned.bytes));
  const reference = new Reference(runtime, scored);
  try {
    const search = new Search(runtime, tuned, scored, reference);
    let best = yield* search.bestRanges();
    if (tuned.maxMacs !== undefined && best.attempt.sqnrDb < GOOD_DB)
      best = yield* search.withFloatLayers(best, tuned.maxMacs);
    const result = quantize(core, tuned.bytes, best.options);
    const { report } = result;
    for (const op of report.ops)
      if (best.attempt.float.includes(op.name) && op.decision === 'float32')
        op.reason = 'mixed precision: this layer costs much in INT8';
    return { ...result, report: { ...report, tried: search.tried, taken: best.attempt } };
  } finally {
    reference.dispose();
  }
}

class Search {
  readonly tried: TuningAttempt[] = [];
  readonly #runtime: Runtime;
  readonly #tuned: Tuning;
  readonly #scored: Uint8Array;
  readonly #reference: Reference;

  constructor(runtime: Runtime, tuned: Tuning, scored: Uint8Array, reference: Reference) {
    this.#runtime = runtime;
    this.#tuned = tuned;
    this.#scored = scored;
    this.#reference = reference;
  }

  *bestRanges(): Steps<Version> {
    const { options, stats } = this.#tuned;
    let best: Version | undefined;
    for (const equalize of options.equalize === undefined ? [false, true] : [options.equalize])
      for (const method of METHODS) {
        const version = yield* this.#attempt(
          { ...options, equalize, stats: statsOf(stats, method) },
          { method, equalize, float: [] },
        );
        if (!best || version.attempt.sqnrDb > best.attempt.sqnrDb + WORTHWHILE_DB) best = version;
      }
    return best as Version;
  }

  /** With those layers in float that gain most, as far as `maxMacs` allows. */
  *withFloatLayers(base: Version, maxMacs: number): Steps<Version> {
    const info = unwrap(() => this.#runtime.core.inspect(this.#scored));
    const room = maxMacs * info.macs;
    const gains: { name: string; gain: number; macs: number }[] = [];
    for (const { name, macs } of yield* this.#suspects(base, info, room)) {
      const alone = yield* this.#withFloat(base, [name]);
      const gain = alone.attempt.sqnrDb - base.attempt.sqnrDb;
      if (gain >= LAYER_GAIN_DB) gains.push({ name, gain, macs });
    }
    gains.sort((a, b) => b.gain - a.gain);
    const float: string[] = [];
    let taken = 0;
    for (const { name, macs } of gains) {
      if (taken + macs > room) continue;
      float.push(name);
      taken += macs;
    }
    if (float.length === 0) return base;
    const all = yield* this.#withFloat(base, float);
    const [first] = float;
    if (float.length === 1 || !first) return all;
    // Together they may be worse than the best of them alone.
    const best = gains[0]?.gain ?? 0;
    return all.attempt.sqnrDb >= base.attempt.sqnrDb + best
      ? all
      : yield* this.#withFloat(base, [first]);
  }

  /** The layers after which the error grows most, relative to the signal. */
  *#suspects(
    base: Version,
    info: ModelInfo,
    room: number,
  ): Steps<{ name: string; macs: number }[]> {
    const candidate = this.#make(base.options);
    const steps = comparing(this.#runtime, this.#scored, candidate, this.#tuned.inputs, {
      layers: true,
    });
    const { layers = [] } = yield* steps;
    const noise = new Map<string, number>(
      layers.map(({ op, sqnrDb }) => [op, 10 ** (-sqnrDb / 10)]),
    );
    const growth = info.ops.flatMap(({ name, macs, inputs }) => {
      const after = noise.get(name);
      if (name === '' || macs > room || after === undefined) return [];
      const before = Math.max(0, ...inputs.map((input) => noise.get(input) ?? 0));
      return [{ name, macs, growth: after - before }];
    });
    return growth.sort((a, b) => b.growth - a.growth).slice(0, TRIED_LAYERS);
  }

  #withFloat({ options, attempt }: Version, names: readonly string[]): Steps<Version> {
    const exclude = [...(options.exclude ?? []), ...names];
    return this.#attempt({ ...options, exclude }, { ...attempt, float: names });
  }

  *#attempt(options: QuantizeOptions, tried: Omit<TuningAttempt, 'sqnrDb'>): Steps<Version> {
    const sqnrDb = yield* this.#score(options);
    const attempt = { ...tried, sqnrDb };
    this.tried.push(attempt);
    return { options, attempt };
  }

  *#score(options: QuantizeOptions): Steps<number> {
    try {
      const candidate = this.#make(options);
      const { inputs } = this.#tuned;
      return scoreOf(yield* comparing(this.#runtime, this.#reference, candidate, inputs));
    } catch (error) {
      // Beyond what kernels here can run, so no version for here.
      if (error instanceof WebQuantError && error.code === 'unsupported') return -Infinity;
      throw error;
    }
  }

  #make(options: QuantizeOptions): Uint8Array {
    return quantize(this.#runtime.core, this.#scored, { ...options, io: 'float32' }).bytes;
  }
}

/** Statistics of `auto` as another method would have them. */
function statsOf(stats: CalibrationStats, method: CalibrationMethod): CalibrationStats {
  return { ...stats, method };
}

/** The mean of the outputs' SQNR in dB; beyond 100 dB nothing counts. */
function scoreOf({ outputs }: CompareReport): number {
  const figures = Object.values(outputs).map(({ sqnrDb }) => Math.min(sqnrDb, 100));
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
