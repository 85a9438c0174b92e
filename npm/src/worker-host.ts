// What runs in the worker: the package itself, whose objects stay there and are known outside by a number.

import { transfer } from 'comlink';
import { kindOf } from './arguments.js';
import type { BenchmarkOptions } from './benchmark.js';
import { Calibrator, type CalibratorOptions } from './calibrator.js';
import type { CompareOptions } from './compare.js';
import type { Outcome } from './core.js';
import { invalidInput, WebQuantError } from './errors.js';
import type { FrameOptions } from './frame.js';
import { type LoadOptions, load } from './load.js';
import type { FrameSource } from './pixels.js';
import type { QuantizeOptions, QuantizeResult } from './quantize.js';
import type { QuantizeToTargetOptions } from './quantize-to-target.js';
import { type RunOptions, Session, type SessionOptions } from './session.js';
import type { Progress, Steps } from './steps.js';
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
} from './types.js';
import type { WebQuant } from './webquant.js';

/** What the outside knows of a session or calibrator. */
export interface Created {
  id: number;
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
}

/** Samples that were sent one by one. */
type Samples = Inputs[];

type Held = Session | Calibrator | Samples | Steps<unknown>;

/** How long steps are taken before the worker listens again, in milliseconds. */
const TURN_MS = 16;

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
      // What was made for the journey, or cloned by it, is of no use to anybody else.
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

  /** Goes on with a long call for a short while. */
  advance(steps: number): { progress: Progress } | { progress?: never; result: unknown } {
    const held = this.#held.get(steps) as Steps<unknown>;
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
    throw invalidInput('webquant', `the worker holds no object ${id} of this kind`);
  }
}

/** Arguments as they are sent: what is a model here may be a file there. */
export type Sent<Args extends unknown[]> = {
  [Index in keyof Args]: ModelBytes extends Args[Index] ? Args[Index] | Blob : Args[Index];
};

/** A method of the host as it is called from outside: nothing is thrown, because errors lose their class on the way. */
export type Guarded = {
  [Name in keyof Host]: Host[Name] extends (...args: infer Args) => infer Result
    ? (...args: Sent<Args>) => Promise<Outcome<Awaited<Result>>>
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
          return { error: describeError(error) };
        }
      },
  }) as unknown as Guarded;
}

/** What a file holds; anything else as it is. */
async function contentsOf(value: unknown): Promise<unknown> {
  if (!/^(Blob|File)$/.test(kindOf(value))) return value;
  try {
    return await (value as Blob).arrayBuffer();
  } catch (error) {
    throw invalidInput('bytes', `the file cannot be read (${(error as Error).message})`);
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

function describeError(error: unknown): Outcome<never>['error'] {
  if (error instanceof WebQuantError) {
    const { code, where, message } = error;
    return { code, where, message: message.slice(`${where}: `.length) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof RangeError ? 'out-of-memory' : 'internal';
  return { code, where: 'worker', message };
}
