// The calibrator, which runs a float model on samples and gathers the ranges of its activations. `quantize` needs them for static INT8.

import { type CalibratorRunner, type Runtime, unwrap } from '../wasm/core.js';
import { Ports } from '../wasm/ports.js';
import { Resource } from '../wasm/resource.js';
import { checkOptions, type OptionTable, oneOf } from './arguments.js';
import { activationsOf, type QuantizeOptions } from './quantize.js';
import { binsOf, METHODS, momentumOf, percentileOf } from './stats.js';
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
  /** For the methods with a histogram (`percentile`, `entropy`, `mse`): its number of bins, from 16 to 2^20. Default 2048. */
  bins?: number;
}

/** Every option of {@link CalibratorOptions}. @internal */
export const CALIBRATOR_OPTIONS: OptionTable<CalibratorOptions> = {
  method: true,
  percentile: true,
  momentum: true,
  bins: true,
};

/** Options of {@link Calibrator.ranges}. */
export type RangesOptions = Pick<QuantizeOptions, 'activations'>;

/** Every option of {@link RangesOptions}. @internal */
export const RANGES_OPTIONS: OptionTable<RangesOptions> = {
  activations: true,
};

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

  private constructor(runtime: Runtime, runner: CalibratorRunner) {
    super(runtime, runner, 'calibrator');
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
    const runner = unwrap(() => runtime.core.createCalibrator(bytes, spec));
    return new Calibrator(runtime, runner);
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
