// The calibrator, which runs a float model on samples and gathers the ranges of its activations. `quantize` needs them for static INT8.

import { type CalibratorRunner, type Runtime, unwrap } from '../wasm/core.js';
import { Ports } from '../wasm/ports.js';
import { Resource } from '../wasm/resource.js';
import { checkOptions, describe, integer, number, type OptionTable, oneOf } from './arguments.js';
import { invalidInput } from './errors.js';
import { KeptInputs } from './kept-inputs.js';
import {
  activationsOf,
  QUANTIZE_OPTIONS,
  type QuantizeOptions,
  type QuantizeResult,
  quantize,
} from './quantize.js';
import { binsOf, METHODS, momentumOf, percentileOf } from './stats.js';
import { finish, type Steps } from './steps.js';
import { tuning } from './tune.js';
import type {
  ActivationRange,
  CalibrationMethod,
  CalibrationStats,
  Inputs,
  Outputs,
  TensorInfo,
} from './types.js';

/** Options of `WebQuant.createCalibrator`. */
export interface CalibratorOptions {
  /**
   * - `auto`: gathers what the other methods but `moving-average` need. {@link Calibrator.quantize} tries them on inputs that
   *   the calibrator kept and takes the best; `WebQuant.quantize` with the statistics alone chooses as `mse`
   * - `minmax` (default): the smallest and the largest value
   * - `moving-average`: averages of each sample's smallest and largest value, in which later samples weigh more
   * - `percentile`: leaves out the rarest values at both ends
   * - `entropy`: the range that keeps most of the values' distribution (Kullback-Leibler divergence)
   * - `mse`: the range with the least mean squared error
   */
  method?: CalibrationMethod;
  /** For `percentile`: the share of values in per cent that the range holds, above 50 and at most 100. Default 99.99. */
  percentile?: number;
  /** For `moving-average`: the weight of what was seen before, above 0 and below 1. Default 0.95. */
  momentum?: number;
  /** For `auto`: how many inputs are kept to judge versions on, spread evenly over all that are observed, from 0 to 64. Default 16. */
  keep?: number;
  /** For the methods with a histogram (`auto`, `percentile`, `entropy`, `mse`): its number of bins, from 16 to 2^20. Default 2048. */
  bins?: number;
}

/** Every option of {@link CalibratorOptions}. @internal */
export const CALIBRATOR_OPTIONS: OptionTable<CalibratorOptions> = {
  method: true,
  percentile: true,
  momentum: true,
  bins: true,
  keep: true,
};

/** Options of {@link Calibrator.ranges}. */
export type RangesOptions = Pick<QuantizeOptions, 'activations'>;

/** Every option of {@link RangesOptions}. @internal */
export const RANGES_OPTIONS: OptionTable<RangesOptions> = {
  activations: true,
};

/** Options of {@link Calibrator.quantize}: those of `WebQuant.quantize`; the statistics are the calibrator's own. */
export type CalibratorQuantizeOptions = Omit<QuantizeOptions, 'stats'>;

const { stats: _, ...OTHER_QUANTIZE_OPTIONS } = QUANTIZE_OPTIONS;

/** Every option of {@link CalibratorQuantizeOptions}. @internal */
export const CALIBRATOR_QUANTIZE_OPTIONS: OptionTable<CalibratorQuantizeOptions> = {
  ...OTHER_QUANTIZE_OPTIONS,
  mixed: { maxMacs: true },
};

const KEPT = 16;
const MOST_KEPT = 64;
const MAX_MACS = 0.05;

/** The share of the multiply-adds that may stay float; undefined where none may. */
function maxMacsOf(mixed: CalibratorQuantizeOptions['mixed']): number | undefined {
  if (mixed === false) return undefined;
  if (mixed === undefined || mixed === true) return MAX_MACS;
  if (typeof mixed !== 'object' || mixed === null)
    throw invalidInput(
      'options.mixed',
      `expected true, false or { maxMacs }, got ${describe(mixed)}`,
    );
  return number(
    'options.mixed.maxMacs',
    mixed.maxMacs,
    MAX_MACS,
    'a share from 0 to 1',
    (share) => share >= 0 && share <= 1,
  );
}

/**
 * Gathers the ranges of a float model's activations from samples of its input. Statistics stream: no activation is kept after
 * {@link Calibrator.observe | observe} returns.
 *
 * @example
 * ```ts
 * using calibrator = wq.createCalibrator(bytes);
 * for (const sample of samples) calibrator.observe(sample);
 * const { bytes: small } = wq.quantize(bytes, { mode: 'static-int8', stats: calibrator.stats() });
 * ```
 */
export class Calibrator extends Resource {
  readonly #runner: CalibratorRunner;
  readonly #ports: Ports;
  readonly #runtime: Runtime;
  readonly #bytes: Uint8Array;
  readonly #kept: KeptInputs;

  private constructor(
    runtime: Runtime,
    runner: CalibratorRunner,
    bytes: Uint8Array,
    kept: KeptInputs,
  ) {
    super(runtime, runner, 'calibrator');
    this.#runtime = runtime;
    this.#bytes = bytes;
    this.#kept = kept;
    this.#runner = runner;
    this.#ports = new Ports(runner, runtime.memory);
  }

  /** @internal */
  static create(runtime: Runtime, bytes: Uint8Array, options: CalibratorOptions = {}): Calibrator {
    checkOptions('options', options, CALIBRATOR_OPTIONS);
    const spec = {
      method: oneOf('options.method', options.method, METHODS, 'minmax'),
      percentile: percentileOf('options.percentile', options.percentile),
      momentum: momentumOf('options.momentum', options.momentum),
      bins: binsOf('options.bins', options.bins),
    };
    const keep = integer('options.keep', options.keep, KEPT, 0, MOST_KEPT);
    if (options.keep !== undefined && spec.method !== 'auto')
      throw invalidInput('options.keep', `needs method "auto", got "${spec.method}"`);
    const runner = unwrap(() => runtime.core.createCalibrator(bytes, spec));
    const kept = new KeptInputs(spec.method === 'auto' ? keep : 0);
    return new Calibrator(runtime, runner, bytes.slice(), kept);
  }

  /** The model's inputs, in order. */
  get inputs(): readonly TensorInfo[] {
    return this.#ports.inputs;
  }

  /** The model's outputs, in order. */
  get outputs(): readonly TensorInfo[] {
    return this.#ports.outputs;
  }

  /**
   * Runs the model on a sample and takes its activations into the statistics.
   *
   * @returns the float model's outputs
   * @throws WebQuantError `invalid-input` for arrays of the wrong kind, length or name, and for values that are NaN or infinite or
   * lead to such; the statistics are then as before
   */
  observe(inputs: Inputs): Outputs {
    this.requireLive();
    this.#ports.write(inputs, 'none');
    unwrap(() => this.#runner.run());
    this.#kept.offer(inputs);
    return this.#ports.read(undefined, false);
  }

  /** How many samples were observed. */
  get samples(): number {
    this.requireLive();
    return unwrap(() => this.#runner.samples());
  }

  /** What was seen so far; plain JSON. */
  stats(): CalibrationStats {
    this.requireLive();
    return unwrap(() => this.#runner.stats());
  }

  /**
   * Quantizes the model with what was seen so far, as `WebQuant.quantize`. With the method `auto` and mode `static-int8` it compares
   * versions with the float model on the inputs that were kept, and takes the best: ranges by `minmax`, `percentile` or `mse`, with and
   * without `equalize`; then, unless `mixed` is false, the few layers that cost most stay float. Options that are given are not varied.
   * The report tells what was tried. The same inputs and options always give the same bytes.
   *
   * @throws WebQuantError as `WebQuant.quantize`; `missing-stats` for `static-int8` before anything was observed
   */
  quantize(options: CalibratorQuantizeOptions): QuantizeResult {
    return finish(this.quantizing(options));
  }

  /** {@link Calibrator.quantize | quantize} in steps. @internal */
  *quantizing(options: CalibratorQuantizeOptions): Steps<QuantizeResult> {
    this.requireLive();
    if (options === undefined) throw invalidInput('options', 'missing; { mode } is needed');
    checkOptions('options', options, CALIBRATOR_QUANTIZE_OPTIONS);
    const { mixed, ...rest } = options;
    const maxMacs = maxMacsOf(mixed);
    const { core } = this.#runtime;
    if (rest.mode !== 'static-int8') return quantize(core, this.#bytes, options);
    const stats = this.stats();
    const inputs = this.#kept.list;
    if (inputs.length === 0) return quantize(core, this.#bytes, { ...rest, stats });
    // The options are checked here, before anything runs.
    quantize(core, this.#bytes, { ...rest, stats });
    return yield* tuning(this.#runtime, {
      bytes: this.#bytes,
      stats,
      inputs,
      options: rest,
      maxMacs,
    });
  }

  /**
   * By tensor name the range that the method chooses from what was seen so far, as `quantize` will from {@link stats}: for `minmax`
   * all of it, for methods with a histogram the part that is worth int8 values. `quantize` makes it hold 0, cuts off what the
   * activation function of an operator cannot give, and joins the ranges of tensors that must share one scale.
   *
   * @param options `activations` as it will be given to `quantize`
   */
  ranges(options: RangesOptions = {}): Record<string, ActivationRange> {
    this.requireLive();
    checkOptions('options', options, RANGES_OPTIONS);
    const isSymmetric = activationsOf(options.activations) === 'symmetric';
    return unwrap(() => this.#runner.ranges(isSymmetric));
  }
}
