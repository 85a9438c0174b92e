// Sessions and calibrators that live in the worker, as the thread that has started it knows them. Each is a stand-in that sends its calls
// with the number of its object.

import { checkOptions } from '../api/arguments.js';
import {
  CALIBRATOR_QUANTIZE_OPTIONS,
  type CalibratorQuantizeOptions,
  RANGES_OPTIONS,
  type RangesOptions,
} from '../api/calibrator.js';
import { dispose } from '../api/dispose.js';
import { invalidInput } from '../api/errors.js';
import type { QuantizeResult } from '../api/quantize.js';
import { checkSamples, drawnLater } from '../api/samples.js';
import { RUN_OPTIONS, type RunOptions } from '../api/session.js';
import type {
  ActivationRange,
  CalibrationStats,
  Inputs,
  OpProfile,
  Outputs,
  SessionMemory,
  TensorInfo,
} from '../api/types.js';
import type { Connection } from './connection.js';
import type { Created, Host } from './host.js';
import {
  type CallOptions,
  LONG_CALL_OPTIONS,
  type LongCallOptions,
  type SampleSource,
  split,
  tell,
} from './options.js';

/** Something that the worker holds until `dispose()`, or until this is collected as garbage. */
abstract class WorkerResource {
  /** The model's inputs, in order. */
  readonly inputs: readonly TensorInfo[];
  /** The model's outputs, in order. */
  readonly outputs: readonly TensorInfo[];
  readonly #connection: Connection;
  readonly #what: string;
  readonly #id: number;
  #disposed = false;

  /** @internal */
  protected constructor(connection: Connection, what: string, { id, inputs, outputs }: Created) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.#connection = connection;
    this.#what = what;
    this.#id = id;
    connection.watch(this, id);
  }

  /** Calls a method of the host for this object. @internal */
  protected async invoke<
    Name extends 'run' | 'profile' | 'observe' | 'stats' | 'ranges' | 'quantizeCalibrated',
  >(
    name: Name,
    args: Parameters<Host[Name]> extends [number, ...infer Rest] ? Rest : never,
    options?: CallOptions,
  ): Promise<ReturnType<Host[Name]>> {
    if (this.#disposed) throw invalidInput(this.#what, 'used after dispose()');
    const all = [this.#id, ...args] as unknown as Parameters<Host[Name]>;
    return (await this.#connection.call(name, all, options)) as ReturnType<Host[Name]>;
  }

  /** Waits for a long call that a method of the host has begun. @internal */
  protected long<Result>(begun: Promise<number>, options: LongCallOptions): Promise<Result> {
    return this.#connection.long(begun, options);
  }

  /** Frees the memory in the worker. Further calls do nothing; any other use rejects with `invalid-input`. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#connection.unwatch(this);
    await this.#connection.release(this.#id);
  }

  /** For `using`: the same as dispose(). */
  [dispose](): void {
    void this.dispose();
  }
}

/** A `Session` in a worker. It has no `input()`, because this thread cannot write to the worker's memory. */
export class WorkerSession extends WorkerResource {
  /** Bytes that the session takes in the worker's memory. */
  readonly memory: SessionMemory;
  #lastRunMs = Number.NaN;

  /** @internal */
  constructor(connection: Connection, created: Created & { memory: SessionMemory }) {
    super(connection, 'session', created);
    this.memory = created.memory;
  }

  /** How long the last run took in the worker, without the way there and back, in milliseconds; NaN before the first. */
  get lastRunMs(): number {
    return this.#lastRunMs;
  }

  /**
   * See `Session.run`. With `into` the outputs are copied to its arrays when they arrive.
   *
   * @throws WebQuantError also `invalid-input` for values that cannot be sent to a worker
   */
  async run(inputs: Inputs, options: RunOptions & CallOptions = {}): Promise<Outputs> {
    const [own, call] = split(options, RUN_OPTIONS);
    return this.#run(inputs, own, call);
  }

  async #run(inputs: Inputs, own: RunOptions, call: CallOptions): Promise<Outputs> {
    const { outputs, ms } = await this.invoke('run', [inputs, own], call);
    this.#lastRunMs = ms;
    const { into } = own ?? {};
    if (!into) return outputs;
    for (const [name, array] of Object.entries(into))
      (array as Uint8Array).set(outputs[name] as Uint8Array);
    return into;
  }

  /**
   * Runs the model on one sample after the other, which may come from an asynchronous generator.
   *
   * @returns the outputs of each sample, in the same order
   */
  async runAll(
    samples: SampleSource,
    options: Omit<RunOptions, 'into'> & LongCallOptions = {},
  ): Promise<Outputs[]> {
    const [own, call] = split<Omit<RunOptions, 'into'>>(
      options,
      { quantizeIo: true },
      LONG_CALL_OPTIONS,
    );
    const results: Outputs[] = [];
    await oneByOne(samples, 'running', call, async (sample) => {
      results.push(await this.#run(sample, own, call));
    });
    return results;
  }

  /** See `Session.profile`. */
  async profile(): Promise<OpProfile[]> {
    return this.invoke('profile', []);
  }
}

/** A `Calibrator` in a worker. */
export class WorkerCalibrator extends WorkerResource {
  #samples = 0;

  /** @internal */
  constructor(connection: Connection, created: Created) {
    super(connection, 'calibrator', created);
  }

  /** How many samples were observed, as far as this thread has been told. */
  get samples(): number {
    return this.#samples;
  }

  /** See `Calibrator.observe`. When the signal ends the call, the sample may still be taken in. */
  async observe(inputs: Inputs, options: CallOptions = {}): Promise<Outputs> {
    const [, call] = split(options, {});
    return this.#observe(inputs, call);
  }

  async #observe(inputs: Inputs, call: CallOptions): Promise<Outputs> {
    const outputs = await this.invoke('observe', [inputs], call);
    ++this.#samples;
    return outputs;
  }

  /** Observes one sample after the other. When the signal ends the call, what was observed until then stays. */
  async observeAll(samples: SampleSource, options: LongCallOptions = {}): Promise<void> {
    const [, call] = split(options, {}, LONG_CALL_OPTIONS);
    await oneByOne(samples, 'calibrating', call, async (sample) => {
      await this.#observe(sample, call);
    });
  }

  /** See `Calibrator.stats`. */
  async stats(): Promise<CalibrationStats> {
    const stats = await this.invoke('stats', []);
    this.#samples = stats.samples;
    return stats;
  }

  /** See `Calibrator.quantize`. */
  async quantize(options: CalibratorQuantizeOptions & LongCallOptions): Promise<QuantizeResult> {
    const [own, call] = split<CalibratorQuantizeOptions>(
      options ?? {},
      CALIBRATOR_QUANTIZE_OPTIONS,
      LONG_CALL_OPTIONS,
    );
    return this.long(this.invoke('quantizeCalibrated', [own], call), call);
  }

  /** See `Calibrator.ranges`. */
  async ranges(options?: RangesOptions): Promise<Record<string, ActivationRange>> {
    checkOptions('options', options, RANGES_OPTIONS);
    return this.invoke('ranges', [options]);
  }
}

/** Takes samples one after the other and tells how far that is. */
async function oneByOne(
  samples: SampleSource,
  label: string,
  call: LongCallOptions,
  take: (sample: Inputs) => Promise<void>,
): Promise<void> {
  const total = Array.isArray(samples) ? samples.length : Number.NaN;
  let done = 0;
  checkSamples(samples, Symbol.asyncIterator);
  for await (const sample of drawnLater(samples, call.signal)) {
    await take(sample);
    tell(call, ++done, total, label);
  }
}
