// A module that was loaded into a worker, as the thread that has started the worker knows it. It has the calls of `WebQuant`; each checks
// the names of its options here, before anything is sent.

import { BENCHMARK_OPTIONS, type BenchmarkOptions } from '../api/benchmark.js';
import { CALIBRATOR_OPTIONS, type CalibratorOptions } from '../api/calibrator.js';
import { COMPARE_OPTIONS, type CompareOptions } from '../api/compare.js';
import { dispose } from '../api/dispose.js';
import { invalidInput } from '../api/errors.js';
import { FRAME_OPTIONS, type FrameOptions } from '../api/frame.js';
import { drawableSize, type FrameSource } from '../api/pixels.js';
import { QUANTIZE_OPTIONS, type QuantizeOptions, type QuantizeResult } from '../api/quantize.js';
import {
  QUANTIZE_TO_TARGET_OPTIONS,
  type QuantizeToTargetOptions,
  type QuantizeToTargetResult,
} from '../api/quantize-to-target.js';
import { checkSamples, drawnLater } from '../api/samples.js';
import { SESSION_OPTIONS, type SessionOptions } from '../api/session.js';
import type {
  BenchmarkReport,
  CompareReport,
  Info,
  ModelInfo,
  OperatorInfo,
} from '../api/types.js';
import type { Connection } from './connection.js';
import {
  type CallOptions,
  LONG_CALL_OPTIONS,
  type LongCallOptions,
  type ModelSource,
  type SampleSource,
  split,
  TRANSFER_OPTION,
} from './options.js';
import { WorkerCalibrator, WorkerSession } from './resources.js';

export { WorkerCalibrator, WorkerSession };

/**
 * A module that was loaded into a worker by `loadInWorker`, and what it can do. Models may also be files (`Blob`).
 *
 * Every call rejects with a `WebQuantError`, or with the reason of its signal. After any error everything keeps working, but for one: code
 * `internal` with `where` `worker` says that the worker has stopped. It is then ended, all that waits and every later call rejects so, its
 * sessions and calibrators are gone, and another worker has to be loaded.
 */
export class WorkerWebQuant {
  /** What was loaded. */
  readonly info: Info;
  readonly #connection: Connection;

  private constructor(connection: Connection, info: Info) {
    this.#connection = connection;
    this.info = Object.freeze(info);
  }

  /** @internal */
  static create(connection: Connection, info: Info): WorkerWebQuant {
    return new WorkerWebQuant(connection, info);
  }

  /** See `WebQuant.operators`. */
  async operators(options: CallOptions = {}): Promise<OperatorInfo[]> {
    const [, call] = split(options, {});
    return this.#connection.call('operators', [], call);
  }

  /** See `WebQuant.inspect`. */
  async inspect(bytes: ModelSource, options: CallOptions = {}): Promise<ModelInfo> {
    const [, call] = split(options, {});
    return this.#connection.call('inspect', [bytes], call);
  }

  /** See `WebQuant.createSession`. */
  async createSession(
    bytes: ModelSource,
    options: SessionOptions & Pick<CallOptions, 'transfer'> = {},
  ): Promise<WorkerSession> {
    const [own, call] = split(options, SESSION_OPTIONS, TRANSFER_OPTION);
    const created = await this.#connection.call('createSession', [bytes, own], call);
    return new WorkerSession(this.#connection, created);
  }

  /** See `WebQuant.createCalibrator`. */
  async createCalibrator(
    bytes: ModelSource,
    options: CalibratorOptions & Pick<CallOptions, 'transfer'> = {},
  ): Promise<WorkerCalibrator> {
    const [own, call] = split(options, CALIBRATOR_OPTIONS, TRANSFER_OPTION);
    const created = await this.#connection.call('createCalibrator', [bytes, own], call);
    return new WorkerCalibrator(this.#connection, created);
  }

  /** See `WebQuant.quantize`. */
  async quantize(
    bytes: ModelSource,
    options: QuantizeOptions & CallOptions,
  ): Promise<QuantizeResult> {
    const [own, call] = split(options, QUANTIZE_OPTIONS);
    return this.#connection.call('quantize', [bytes, own], call);
  }

  /** See `WebQuant.compare`. Samples may also come from an asynchronous generator. */
  async compare(
    reference: ModelSource,
    candidate: ModelSource,
    samples: SampleSource,
    options: CompareOptions & LongCallOptions = {},
  ): Promise<CompareReport> {
    const [own, call] = split(options, COMPARE_OPTIONS, LONG_CALL_OPTIONS);
    return this.#withSamples(samples, call, (id) => {
      const begun = this.#connection.call('compare', [reference, candidate, id, own]);
      return this.#connection.long(begun, call);
    });
  }

  /** See `WebQuant.quantizeToTarget`. Samples may also come from an asynchronous generator. */
  async quantizeToTarget(
    bytes: ModelSource,
    options: Omit<QuantizeToTargetOptions, 'samples'> & { samples: SampleSource } & LongCallOptions,
  ): Promise<QuantizeToTargetResult> {
    const [all, call] = split<QuantizeToTargetOptions>(
      options ?? {},
      QUANTIZE_TO_TARGET_OPTIONS,
      LONG_CALL_OPTIONS,
    );
    const { samples, ...own } = all;
    return this.#withSamples(samples, call, (id) => {
      const begun = this.#connection.call('quantizeToTarget', [bytes, id, own]);
      return this.#connection.long(begun, call);
    });
  }

  /** See `WebQuant.benchmark`. */
  async benchmark(
    bytes: ModelSource,
    options: BenchmarkOptions & LongCallOptions = {},
  ): Promise<BenchmarkReport> {
    const [own, call] = split(options, BENCHMARK_OPTIONS, LONG_CALL_OPTIONS);
    return this.#connection.long(this.#connection.call('benchmark', [bytes, own], call), call);
  }

  /** See `WebQuant.frameToTensor`. With `transfer` a bitmap or video frame is moved, and the caller no longer has it. */
  frameToTensor(
    frame: FrameSource,
    options: FrameOptions & { dtype?: 'float32' } & CallOptions,
  ): Promise<Float32Array>;
  frameToTensor(
    frame: FrameSource,
    options: FrameOptions & { dtype: 'uint8' } & CallOptions,
  ): Promise<Uint8Array>;
  frameToTensor(
    frame: FrameSource,
    options: FrameOptions & { dtype: 'int8' } & CallOptions,
  ): Promise<Int8Array>;
  frameToTensor(
    frame: FrameSource,
    options: FrameOptions & CallOptions,
  ): Promise<Float32Array | Uint8Array | Int8Array>;
  async frameToTensor(
    frame: FrameSource,
    options: FrameOptions & CallOptions,
  ): Promise<Float32Array | Uint8Array | Int8Array> {
    const [own, call] = split(options, FRAME_OPTIONS);
    const picture = await sendable(frame);
    const isMoved = picture !== frame || call.transfer === true;
    return this.#connection.call('frameToTensor', [picture, own], { ...call, transfer: isMoved });
  }

  /** Ends the worker. What waits for it, and every later call, rejects with `invalid-input`. Further calls do nothing. */
  async dispose(): Promise<void> {
    this.#connection.close(invalidInput('webquant', 'used after dispose()'));
  }

  /** For `using`: the same as {@link WorkerWebQuant.dispose | dispose}. */
  [dispose](): void {
    void this.dispose();
  }

  /** Sends the samples of a call one by one, so that neither thread is blocked by many at once, and frees them after the call. */
  async #withSamples<Result>(
    samples: SampleSource,
    call: CallOptions,
    use: (id: number) => Promise<Result>,
  ): Promise<Result> {
    checkSamples(samples, Symbol.asyncIterator);
    const id = await this.#connection.call('createSamples', [], call);
    try {
      for await (const sample of drawnLater(samples, call.signal))
        await this.#connection.call('push', [id, sample], call);
      return await use(id);
    } finally {
      void this.#connection.release(id);
    }
  }
}

/** A picture as it can be sent to a worker: an element of the page cannot, so a bitmap of what it shows is made. */
async function sendable(frame: FrameSource): Promise<FrameSource> {
  const kind = Object.prototype.toString.call(frame).slice('[object '.length, -1);
  const isElement = /^(HTML(Video|Image|Canvas)Element|OffscreenCanvas)$/.test(kind);
  if (!isElement) return frame;
  drawableSize(frame);
  return createImageBitmap(frame as CanvasImageSource);
}
