// A model that is ready to run: it writes inputs into WebAssembly's memory, runs the model there, and copies outputs back.

import { type Runtime, type SessionRunner, unwrap } from '../wasm/core.js';
import { Ports } from '../wasm/ports.js';
import { Resource } from '../wasm/resource.js';
import { checkOptions, flag, integer, type OptionTable } from './arguments.js';
import { invalidInput } from './errors.js';
import type { Inputs, OpProfile, Outputs, SessionMemory, TensorInfo, TypedArray } from './types.js';

/** Options of `WebQuant.createSession`. */
export interface SessionOptions {
  /** Measure the time of each operator, see {@link Session.profile}. Runs are then a little slower. Default false. */
  profile?: boolean;
  /** Size of the first dimension of the inputs, where the file leaves it open, at least 1. Default: the size that the file gives. */
  batch?: number;
  /** What {@link RunOptions.quantizeIo} is where a run does not say. Default false. */
  quantizeIo?: boolean;
}

/** Every option of {@link SessionOptions}. @internal */
export const SESSION_OPTIONS: OptionTable<SessionOptions> = {
  profile: true,
  batch: true,
  quantizeIo: true,
};

/** Options of {@link Session.run}. */
export interface RunOptions {
  /** Arrays that outputs are written to, by tensor or signature name; outputs that it leaves out are not read. */
  into?: Outputs;
  /**
   * Real values for quantized inputs and outputs: a Float32Array given to an int8, uint8 or float16 input is converted with the
   * input's parameters, and such outputs become Float32Arrays. Default false.
   */
  quantizeIo?: boolean;
}

/** Every option of {@link RunOptions}. @internal */
export const RUN_OPTIONS: OptionTable<RunOptions> = {
  into: true,
  quantizeIo: true,
};

/**
 * A model that is ready to run.
 *
 * @example
 * ```ts
 * using session = wq.createSession(bytes);
 * const outputs = session.run(new Float32Array(64 * 64 * 3));
 * ```
 */
export class Session extends Resource {
  readonly #runner: SessionRunner;
  readonly #ports: Ports;
  readonly #quantizeIo: boolean;
  readonly #profiled: boolean;

  private constructor(runtime: Runtime, runner: SessionRunner, options: SessionOptions) {
    super(runtime, runner, 'session');
    this.#runner = runner;
    this.#ports = new Ports(runner, runtime.memory);
    this.#quantizeIo = options.quantizeIo ?? false;
    this.#profiled = options.profile ?? false;
  }

  /** @internal */
  static create(runtime: Runtime, bytes: Uint8Array, options: SessionOptions = {}): Session {
    checkOptions('options', options, SESSION_OPTIONS);
    const batch = integer(
      'options.batch',
      options.batch,
      0,
      options.batch === undefined ? 0 : 1,
      2 ** 31 - 1,
    );
    const profile = flag('options.profile', options.profile);
    flag('options.quantizeIo', options.quantizeIo);
    const runner = unwrap(() => runtime.core.createSession(bytes, batch, profile));
    return new Session(runtime, runner, options);
  }

  /** The model's inputs, in order, with the shapes that this session has. */
  get inputs(): readonly TensorInfo[] {
    return this.#ports.inputs;
  }

  /** The model's outputs, in order, with the shapes that this session has. */
  get outputs(): readonly TensorInfo[] {
    return this.#ports.outputs;
  }

  /**
   * Runs the model once.
   *
   * @param inputs - for each input as many values as its shape says, in an array of its type
   * @returns new arrays by tensor name; with `into` that record, and nothing is allocated
   * @throws WebQuantError `invalid-input` for arrays of the wrong kind, length or name, and for unknown options
   */
  run(inputs: Inputs, options?: RunOptions): Outputs {
    this.requireLive();
    checkOptions('options', options, RUN_OPTIONS);
    const quantizeIo = flag('options.quantizeIo', options?.quantizeIo, this.#quantizeIo);
    const into = options?.into;
    if (into !== undefined) this.#ports.checkInto(into, quantizeIo);
    this.#ports.write(inputs, quantizeIo ? 'encoded' : 'none');
    unwrap(() => this.#runner.run());
    return this.#ports.read(into, quantizeIo);
  }

  /**
   * An input's place in WebAssembly's memory, by tensor or signature name, for writing without a copy: write to it, then pass it to
   * {@link Session.run | run} as that input.
   *
   * It is valid until the next call of webquant that can allocate (making a session or calibrator, inspecting, quantizing, comparing,
   * converting a frame): when the memory grows, older views of it become empty, and `run` refuses them. Ask again then.
   *
   * @throws WebQuantError `invalid-input` for a name that is no input's
   */
  input(name: string): TypedArray {
    this.requireLive();
    return this.#ports.input(name);
  }

  /**
   * The mean time of each operator over all runs so far, in milliseconds.
   *
   * @throws WebQuantError `invalid-input` for a session that was made without `profile: true`
   */
  profile(): OpProfile[] {
    this.requireLive();
    if (!this.#profiled)
      throw invalidInput('session.profile', 'the session was created without { profile: true }');
    return unwrap(() => this.#runner.profile());
  }

  /** Bytes that this session takes in WebAssembly's memory. */
  get memory(): SessionMemory {
    this.requireLive();
    return unwrap(() => this.#runner.memory());
  }
}
