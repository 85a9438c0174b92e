// What runs in the worker: the package itself, for the calls that come from the thread that has started the worker. Sessions,
// calibrators and calls of many steps stay here and are known outside by a number.

import { transfer } from 'comlink';
import { kindOf } from '../api/arguments.js';
import type { BenchmarkOptions } from '../api/benchmark.js';
import {
  Calibrator,
  type CalibratorOptions,
  type CalibratorQuantizeOptions,
} from '../api/calibrator.js';
import type { CompareOptions } from '../api/compare.js';
import { invalidInput, messageOf } from '../api/errors.js';
import type { FrameOptions } from '../api/frame.js';
import { type LoadOptions, load } from '../api/load.js';
import type { FrameSource } from '../api/pixels.js';
import type { QuantizeOptions, QuantizeResult } from '../api/quantize.js';
import type { QuantizeToTargetOptions } from '../api/quantize-to-target.js';
import { type RunOptions, Session, type SessionOptions } from '../api/session.js';
import type { Progress, Steps } from '../api/steps.js';
import type {
  ActivationRange,
  CalibrationStats,
  Info,
  Inputs,
  ModelBytes,
  ModelInfo,
  OperatorInfo,
  OpProfile,
  Outputs,
  SessionMemory,
  TensorInfo,
} from '../api/types.js';
import type { WebQuant } from '../api/webquant.js';
import { type Answer, failureOf } from './answer.js';

/** What is sent back when a session or calibrator was made: its number, and its inputs and outputs. */
export interface Created {
  id: number;
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
}

/** The samples of a call, which are sent one by one before it begins. */
type Samples = Inputs[];

type Held = Session | Calibrator | Samples | Steps<unknown>;

/** How long the worker takes steps of a long call before it listens for messages again, in milliseconds. */
const TURN_MS = 16;

/** The calls that the worker answers. Each is a call of the package, with a number in place of a session, calibrator or long call. */
export class Host {
  readonly #held = new Map<number, Held>();
  #wq: WebQuant | undefined;
  #next = 1;

  async load(options: LoadOptions): Promise<Info> {
    this.#wq = await load(options);
    return { ...this.#wq.info };
  }

  operators(): OperatorInfo[] {
    return this.#loaded.operators();
  }

  inspect(bytes: ModelBytes): ModelInfo {
    return this.#loaded.inspect(bytes);
  }

  createSession(bytes: ModelBytes, options?: SessionOptions): Created & { memory: SessionMemory } {
    const session = this.#loaded.createSession(bytes, options);
    return { ...this.#describe(session), memory: session.memory };
  }

  createCalibrator(bytes: ModelBytes, options?: CalibratorOptions): Created {
    return this.#describe(this.#loaded.createCalibrator(bytes, options));
  }

  quantize(bytes: ModelBytes, options: QuantizeOptions): QuantizeResult {
    return this.#loaded.quantize(bytes, options);
  }

  frameToTensor(frame: FrameSource, options: FrameOptions): Float32Array | Uint8Array | Int8Array {
    try {
      return this.#loaded.frameToTensor(frame, options);
    } finally {
      // A bitmap or video frame was made or cloned for this call, so nobody else closes it.
      (frame as { close?(): void } | null)?.close?.();
    }
  }

  run(session: number, inputs: Inputs, options?: RunOptions): { outputs: Outputs; ms: number } {
    const held = this.#get(session, Session);
    const start = performance.now();
    const outputs = held.run(inputs, options);
    return { outputs, ms: performance.now() - start };
  }

  profile(session: number): OpProfile[] {
    return this.#get(session, Session).profile();
  }

  observe(calibrator: number, inputs: Inputs): Outputs {
    return this.#get(calibrator, Calibrator).observe(inputs);
  }

  stats(calibrator: number): CalibrationStats {
    return this.#get(calibrator, Calibrator).stats();
  }

  quantizeCalibrated(calibrator: number, options: CalibratorQuantizeOptions): number {
    return this.#hold(this.#get(calibrator, Calibrator).quantizing(options));
  }

  ranges(
    calibrator: number,
    options?: Pick<QuantizeOptions, 'activations'>,
  ): Record<string, ActivationRange> {
    return this.#get(calibrator, Calibrator).ranges(options);
  }

  createSamples(): number {
    return this.#hold([]);
  }

  push(samples: number, sample: Inputs): void {
    this.#get(samples, Array).push(sample);
  }

  compare(
    reference: ModelBytes,
    candidate: ModelBytes,
    samples: number,
    options?: CompareOptions,
  ): number {
    const list = this.#get(samples, Array);
    return this.#hold(this.#loaded.comparing(reference, candidate, list, options));
  }

  quantizeToTarget(
    bytes: ModelBytes,
    samples: number,
    options?: Omit<QuantizeToTargetOptions, 'samples'>,
  ): number {
    const list = this.#get(samples, Array);
    return this.#hold(this.#loaded.quantizingToTarget(bytes, { ...options, samples: list }));
  }

  benchmark(bytes: ModelBytes, options?: BenchmarkOptions): number {
    return this.#hold(this.#loaded.benchmarking(bytes, options));
  }

  /** Goes on with a long call for a short while, and tells how far it is or what it has returned. */
  advance(steps: number): { progress: Progress } | { progress?: never; result: unknown } {
    const held = this.#held.get(steps);
    if (!held || !('next' in held)) throw noSuchObject(steps);
    const end = performance.now() + TURN_MS;
    for (;;) {
      const { done, value } = held.next();
      if (done) return { result: value };
      if (value.done === value.total || performance.now() >= end) return { progress: value };
    }
  }

  release(id: number): void {
    const held = this.#held.get(id);
    this.#held.delete(id);
    if (held instanceof Session || held instanceof Calibrator) held.dispose();
    else if (held && 'return' in held) held.return(undefined);
  }

  get #loaded(): WebQuant {
    if (!this.#wq) throw invalidInput('webquant', 'used before it was loaded');
    return this.#wq;
  }

  #hold(object: Held): number {
    this.#held.set(this.#next, object);
    return this.#next++;
  }

  #describe(object: Session | Calibrator): Created {
    const { inputs, outputs } = object;
    return { id: this.#hold(object), inputs, outputs };
  }

  #get<Kind>(id: number, kind: { prototype: Kind }): Kind {
    const held = this.#held.get(id);
    if (held instanceof (kind as unknown as new () => Kind)) return held;
    throw noSuchObject(id);
  }
}

/** Calls that no user makes, so that errors should not name them. */
const INNER_CALLS: ReadonlySet<keyof Host> = new Set([
  'createSamples',
  'push',
  'advance',
  'release',
]);

const noSuchObject = (id: number) =>
  invalidInput('webquant', `the worker holds no object ${id} of this kind`);

/** The arguments of a call as they are sent: where the package takes the bytes of a model, the user may give a file. */
export type Sent<Args extends unknown[]> = {
  [Index in keyof Args]: ModelBytes extends Args[Index] ? Args[Index] | Blob : Args[Index];
};

/** A method of the host as it is called from outside: nothing is thrown, failures are a part of the answer. */
export type Guarded = {
  [Name in keyof Host]: Host[Name] extends (...args: infer Args) => infer Result
    ? (...args: Sent<Args>) => Promise<Answer<Awaited<Result>>>
    : never;
};

/** The host with guarded methods; results are transferred, not copied. */
export function guarded(host: Host): Guarded {
  return new Proxy(host, {
    get:
      (_, name: keyof Host) =>
      async (...args: unknown[]) => {
        try {
          const read = await Promise.all(args.map(contentsOf));
          const value = await (host[name] as (...args: unknown[]) => unknown)(...read);
          return transfer({ value }, buffersOf(value));
        } catch (error) {
          return { failure: failureOf(error, INNER_CALLS.has(name) ? 'webquant' : name) };
        }
      },
  }) as unknown as Guarded;
}

/** The contents of a file; any other value is returned as it is. */
async function contentsOf(value: unknown): Promise<unknown> {
  if (!/^(Blob|File)$/.test(kindOf(value))) return value;
  try {
    return await (value as Blob).arrayBuffer();
  } catch (error) {
    throw invalidInput('bytes', `the file cannot be read (${messageOf(error)})`, error);
  }
}

/** The buffers of an array, or of the arrays in an object of results. */
function buffersOf(value: unknown): ArrayBufferLike[] {
  if (ArrayBuffer.isView(value)) return [value.buffer];
  if (typeof value !== 'object' || value === null) return [];
  const { outputs } = value as { outputs?: unknown };
  const values = Object.values(Array.isArray(outputs) ? value : (outputs ?? value));
  return [...new Set(values.filter((it) => ArrayBuffer.isView(it)).map((view) => view.buffer))];
}
