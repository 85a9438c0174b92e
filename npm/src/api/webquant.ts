// The class that users work with: one loaded module and every call that it has. Each call checks that the module is still there, and
// hands its work to the file of the same name.

import { type Runtime, unwrap } from '../wasm/core.js';
import { bytesOf } from './arguments.js';
import { type BenchmarkOptions, benchmarking, checkBenchmarkOptions } from './benchmark.js';
import { Calibrator, type CalibratorOptions } from './calibrator.js';
import { type CompareOptions, comparing } from './compare.js';
import { dispose } from './dispose.js';
import { invalidInput } from './errors.js';
import { type FrameOptions, FrameReader } from './frame.js';
import type { FrameSource } from './pixels.js';
import { type QuantizeOptions, type QuantizeResult, quantize } from './quantize.js';
import {
  type QuantizeToTargetOptions,
  type QuantizeToTargetResult,
  quantizingToTarget,
} from './quantize-to-target.js';
import { Reference } from './reference.js';
import { Session, type SessionOptions } from './session.js';
import { finish, type Steps } from './steps.js';
import type {
  BenchmarkReport,
  CompareReport,
  Info,
  Inputs,
  ModelBytes,
  ModelInfo,
  OperatorInfo,
} from './types.js';

/**
 * A loaded WebAssembly module and what it can do. Make one with `load`.
 *
 * Every failure of a method is a `WebQuantError`, and after any error everything keeps working. An option that a method does not know is
 * such an error: `invalid-input`.
 */
export class WebQuant {
  /** What was loaded. */
  readonly info: Info;
  readonly #runtime: Runtime;
  readonly #frames: FrameReader;

  private constructor(runtime: Runtime, info: Info) {
    this.info = Object.freeze(info);
    this.#runtime = runtime;
    this.#frames = new FrameReader(runtime);
  }

  /** @internal */
  static create(runtime: Runtime, info: Info): WebQuant {
    return new WebQuant(runtime, info);
  }

  /** The operators that models may hold, in the order of the documentation, and how each runs and is quantized. */
  operators(): OperatorInfo[] {
    const { core } = this.#requireLive();
    return unwrap(() => core.operators());
  }

  /**
   * What a model holds, and which of it can run here. A model with operators that cannot run is inspected all the same.
   *
   * @param bytes - a `.tflite` file
   * @throws WebQuantError `invalid-model` for a damaged file
   */
  inspect(bytes: ModelBytes): ModelInfo {
    const { core } = this.#requireLive();
    const file = bytesOf('bytes', bytes);
    return unwrap(() => core.inspect(file));
  }

  /**
   * Makes a model ready to run.
   *
   * @param bytes - a `.tflite` file; it is not kept
   * @throws WebQuantError `invalid-model`; `unsupported` for an operator that cannot run, which `where` names; `out-of-memory`
   */
  createSession(bytes: ModelBytes, options?: SessionOptions): Session {
    return Session.create(this.#requireLive(), bytesOf('bytes', bytes), options);
  }

  /**
   * Makes a calibrator, which gathers the ranges that `static-int8` quantization needs.
   *
   * @param bytes - a `.tflite` file of a float model
   * @throws WebQuantError as {@link WebQuant.createSession}, and `invalid-input` for a model that is quantized already
   */
  createCalibrator(bytes: ModelBytes, options?: CalibratorOptions): Calibrator {
    return Calibrator.create(this.#requireLive(), bytesOf('bytes', bytes), options);
  }

  /**
   * Makes a smaller model of a float model. The file runs here and in every TensorFlow Lite (LiteRT) runtime.
   *
   * @param bytes - a `.tflite` file of a float model
   * @throws WebQuantError `invalid-model`; `missing-stats` for `static-int8` without the statistics of this model; `invalid-input` for a
   * model that is quantized already
   */
  quantize(bytes: ModelBytes, options: QuantizeOptions): QuantizeResult {
    return quantize(this.#requireLive().core, bytesOf('bytes', bytes), options);
  }

  /**
   * Runs two models on the same samples and tells how far the second is from the first.
   *
   * @param reference - a `.tflite` file, most often the float model
   * @param candidate - a `.tflite` file with the same inputs and outputs, possibly of other types
   * @param samples - inputs as `Session.run` takes them, as real values (Float32Array) also where a model's input is int8; they may
   * come one by one from a generator
   * @throws WebQuantError as {@link WebQuant.createSession}; `invalid-input` for models that do not fit together, for no samples, and for
   * what a generator of the caller's throws, which is then the `cause`
   */
  compare(
    reference: ModelBytes,
    candidate: ModelBytes,
    samples: Iterable<Inputs>,
    options?: CompareOptions,
  ): CompareReport {
    return finish(this.comparing(reference, candidate, samples, options));
  }

  /** {@link WebQuant.compare | compare} in steps. @internal */
  comparing(
    reference: ModelBytes | Reference,
    candidate: ModelBytes,
    samples: Iterable<Inputs>,
    options?: CompareOptions,
  ): Steps<CompareReport> {
    return comparing(
      this.#requireLive(),
      reference instanceof Reference ? reference : bytesOf('reference', reference),
      bytesOf('candidate', candidate),
      samples,
      options,
    );
  }

  /** A reference that several comparisons share. @internal */
  createReference(bytes: ModelBytes): Reference {
    return new Reference(this.#requireLive(), bytesOf('bytes', bytes));
  }

  /**
   * Quantizes as far as the samples allow, deterministically: static INT8; with repairs; with the fewest of its most sensitive
   * layers in float, at most half of them; dynamic INT8; FP16. Takes the first of these that stays within `maxShiftPercent`, or FP16
   * where none does.
   *
   * @param bytes - a `.tflite` file of a float model
   * @throws WebQuantError as {@link WebQuant.compare}
   */
  quantizeToTarget(bytes: ModelBytes, options: QuantizeToTargetOptions): QuantizeToTargetResult {
    return finish(this.quantizingToTarget(bytes, options));
  }

  /** {@link WebQuant.quantizeToTarget | quantizeToTarget} in steps. @internal */
  quantizingToTarget(
    bytes: ModelBytes,
    options: QuantizeToTargetOptions,
  ): Steps<QuantizeToTargetResult> {
    this.#requireLive();
    return quantizingToTarget(this, bytes, options);
  }

  /**
   * Times a model on pseudo-random inputs, which are the same every time.
   *
   * @param bytes - a `.tflite` file
   * @returns times of one run in milliseconds, and the memory in bytes
   * @throws WebQuantError as {@link WebQuant.createSession}
   */
  benchmark(bytes: ModelBytes, options?: BenchmarkOptions): BenchmarkReport {
    return finish(this.benchmarking(bytes, options));
  }

  /** {@link WebQuant.benchmark | benchmark} in steps. @internal */
  *benchmarking(bytes: ModelBytes, options?: BenchmarkOptions): Steps<BenchmarkReport> {
    const checked = checkBenchmarkOptions(options);
    const session = this.createSession(bytes);
    try {
      return yield* benchmarking(session, checked);
    } finally {
      session.dispose();
    }
  }

  /**
   * Crops, resamples and normalises a picture to a model's input: (pixel - mean) / std, NHWC.
   *
   * @param frame - the picture, as large as it is
   * @returns height * width * 3 values, or height * width for `gray`
   * @throws WebQuantError `invalid-input` for something that is no picture, or has none yet
   */
  frameToTensor(frame: FrameSource, options: FrameOptions & { dtype?: 'float32' }): Float32Array;
  frameToTensor(frame: FrameSource, options: FrameOptions & { dtype: 'uint8' }): Uint8Array;
  frameToTensor(frame: FrameSource, options: FrameOptions & { dtype: 'int8' }): Int8Array;
  frameToTensor(frame: FrameSource, options: FrameOptions): Float32Array | Uint8Array | Int8Array;
  frameToTensor(frame: FrameSource, options: FrameOptions): Float32Array | Uint8Array | Int8Array {
    this.#requireLive();
    return this.#frames.toTensor(frame, options);
  }

  /**
   * Lets go of the module; its memory is freed when its sessions and calibrators are gone too. They, and this, throw `invalid-input`
   * from now on. Further calls do nothing.
   */
  dispose(): void {
    if (this.#runtime.disposed) return;
    this.#frames.dispose();
    this.#runtime.disposed = true;
  }

  /** For `using`: the same as {@link WebQuant.dispose | dispose}. */
  [dispose](): void {
    this.dispose();
  }

  /** What the calls work with; throws `invalid-input` after `dispose()`. */
  #requireLive(): Runtime {
    if (this.#runtime.disposed) throw invalidInput('webquant', 'used after dispose()');
    return this.#runtime;
  }
}
