import type { BenchmarkOptions } from './benchmark.js';
import type { CalibratorOptions } from './calibrator.js';
import { type CompareOptions, checkSamples } from './compare.js';
import { dispose } from './dispose.js';
import { invalidInput } from './errors.js';
import type { FrameOptions } from './frame.js';
import { drawableSize, type FrameSource } from './pixels.js';
import type { QuantizeOptions, QuantizeResult } from './quantize.js';
import type { QuantizeToTargetOptions, QuantizeToTargetResult } from './quantize-to-target.js';
import type { SessionOptions } from './session.js';
import type { BenchmarkReport, CompareReport, Info, ModelInfo, OperatorInfo } from './types.js';
import type { Connection } from './worker-connection.js';
import {
  type CallOptions,
  type LongCallOptions,
  type ModelSource,
  type SampleSource,
  split,
} from './worker-options.js';
import { WorkerCalibrator, WorkerSession } from './worker-resources.js';

export { WorkerCalibrator, WorkerSession };

/**
 * A module that was loaded into a worker by `loadInWorker`, and what it can do. Models may also be files (`Blob`). Every call rejects with a `WebQuantError`; after any
 * error everything keeps working, but for a crash of the worker itself: `internal`, and another worker has to be loaded.
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
  operators(options: CallOptions = {}): Promise<OperatorInfo[]> {
    return this.#connection.call('operators', [], options);
  }

  /** See `WebQuant.inspect`. */
  inspect(bytes: ModelSource, options: CallOptions = {}): Promise<ModelInfo> {
    return this.#connection.call('inspect', [bytes], options);
  }

  /** See `WebQuant.createSession`. */
  async createSession(
    bytes: ModelSource,
    options: SessionOptions & Pick<CallOptions, 'transfer'> = {},
  ): Promise<WorkerSession> {
    const [own, call] = split(options);
    const created = await this.#connection.call('createSession', [bytes, own], call);
    return new WorkerSession(this.#connection, created);
  }

  /** See `WebQuant.createCalibrator`. */
  async createCalibrator(
    bytes: ModelSource,
    options: CalibratorOptions & Pick<CallOptions, 'transfer'> = {},
  ): Promise<WorkerCalibrator> {
    const [own, call] = split(options);
    const created = await this.#connection.call('createCalibrator', [bytes, own], call);
    return new WorkerCalibrator(this.#connection, created);
  }

  /** See `WebQuant.quantize`. */
  quantize(bytes: ModelSource, options: QuantizeOptions & CallOptions): Promise<QuantizeResult> {
    const [own, call] = split(options);
    return this.#connection.call('quantize', [bytes, own], call);
  }

  /** See `WebQuant.compare`. Samples may also come from an asynchronous generator. */
  async compare(
    reference: ModelSource,
    candidate: ModelSource,
    samples: SampleSource,
    options: CompareOptions & LongCallOptions = {},
  ): Promise<CompareReport> {
    const [own, call] = split(options);
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
    const [{ samples, ...own }, call] = split(options ?? ({} as typeof options));
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
    const [own, call] = split(options);
    return this.#connection.long(this.#connection.call('benchmark', [bytes, own], call), call);
  }

  /** See `WebQuant.frameToTensor`. A bitmap or video frame is moved with `transfer`. */
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
    const [own, call] = split(options);
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

  /** Sends samples one by one, so that neither side is held up by many at once, and frees them after the call. */
  async #withSamples<Result>(
    samples: SampleSource,
    call: CallOptions,
    use: (id: number) => Promise<Result>,
  ): Promise<Result> {
    checkSamples(samples, Symbol.asyncIterator);
    const id = await this.#connection.call('createSamples', [], call);
    try {
      for await (const sample of samples) await this.#connection.call('push', [id, sample], call);
      return await use(id);
    } finally {
      void this.#connection.release(id);
    }
  }
}

/** Elements of a page cannot leave it, but a copy of what they show can. */
async function sendable(frame: FrameSource): Promise<FrameSource> {
  const kind = Object.prototype.toString.call(frame).slice('[object '.length, -1);
  const isElement = /^(HTML(Video|Image|Canvas)Element|OffscreenCanvas)$/.test(kind);
  if (!isElement) return frame;
  drawableSize(frame);
  return createImageBitmap(frame as CanvasImageSource);
}
