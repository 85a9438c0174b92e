// What the WebAssembly module exports by Embind (bindings/bindings.cpp), as types, and how its failures become errors. A test compares the
// names of both sides.

import { type ErrorCode, foreign, isTrap, WebQuantError } from '../api/errors.js';
import type {
  ActivationRange,
  CalibrationStats,
  CompareReport,
  ModelInfo,
  OpDecision,
  OperatorInfo,
  OpProfile,
  SessionMemory,
  TensorInfo,
  Variant,
} from '../api/types.js';

/** What a function of the module returns: a value or a failure; undefined where there is no value to return. */
export type Outcome<T> =
  | { value: T; error?: never }
  | { value?: never; error: { code: ErrorCode; where: string; message: string } }
  | (T extends void ? undefined : never);

/** An object in the module. It is freed by `delete()`, or when it is collected as garbage. */
export interface Handle {
  delete(): void;
}

/** An input or output: where it lies in WebAssembly's memory (0: nowhere), and the names that signatures give it. */
export interface PortDescription {
  info: TensorInfo;
  address: number;
  aliases: string[];
}

/** See bindings/runner.h. */
export interface Runner extends Handle {
  ports(): Outcome<{ inputs: PortDescription[]; outputs: PortDescription[] }>;
  scratch(): Outcome<Float32Array>;
  writeReal(input: number): Outcome<void>;
  readReal(output: number): Outcome<void>;
  run(): Outcome<void>;
}

export interface SessionRunner extends Runner {
  profile(): Outcome<OpProfile[]>;
  memory(): Outcome<SessionMemory>;
}

export interface CalibratorRunner extends Runner {
  samples(): Outcome<number>;
  stats(): Outcome<CalibrationStats>;
  ranges(symmetric: boolean): Outcome<Record<string, ActivationRange>>;
}

export interface ComparatorRunner extends Runner {
  runLabelled(label: number): Outcome<void>;
  runNumbered(sample: number, label: number): Outcome<void>;
  keepSamples(): Outcome<void>;
  report(): Outcome<CompareReport>;
}

export interface ReferenceRunner extends Runner {
  compareWith(candidate: Uint8Array): Outcome<ComparatorRunner>;
  runs(): Outcome<number>;
}

export interface FrameConverter extends Handle {
  pixels(size: number): Outcome<Uint8Array>;
  convert(
    width: number,
    height: number,
    channels: number,
    options: FrameSpec,
  ): Outcome<Float32Array | Uint8Array | Int8Array>;
}

/** Options of `createCalibrator` with every default filled in. */
export interface CalibratorSpec {
  method: string;
  percentile: number;
  momentum: number;
  bins: number;
}

/** Options of `quantize` with every default filled in. */
export interface QuantSpec {
  mode: string;
  io: string;
  granularity: string;
  activations: string;
  equalize: boolean;
  biasCorrection: boolean;
  joins: 'auto' | 'float32' | 'int8';
  minElements: number;
  /** Exact names of operators and tensors. */
  exclude: string[];
  stats: CalibrationStats | undefined;
}

/** Options of `frameToTensor` with every default filled in. */
export interface FrameSpec {
  width: number;
  height: number;
  crop: string;
  resize: string;
  mean: readonly number[];
  std: readonly number[];
  channels: string;
  dtype: string;
}

/** The WebAssembly module's own functions (bindings/bindings.cpp); a test compares the two. */
export interface Core {
  variant(): Variant;
  operators(): Outcome<OperatorInfo[]>;
  inspect(bytes: Uint8Array): Outcome<ModelInfo>;
  quantize(
    bytes: Uint8Array,
    spec: QuantSpec,
  ): Outcome<{ bytes: Uint8Array; ops: OpDecision[]; warnings: string[] }>;
  withoutSoftmax(bytes: Uint8Array): Outcome<Uint8Array>;
  createSession(bytes: Uint8Array, batch: number, profile: boolean): Outcome<SessionRunner>;
  createCalibrator(bytes: Uint8Array, options: CalibratorSpec): Outcome<CalibratorRunner>;
  createComparator(
    reference: Uint8Array,
    candidate: Uint8Array,
    layers: boolean,
  ): Outcome<ComparatorRunner>;
  createReference(bytes: Uint8Array): Outcome<ReferenceRunner>;
  createFrameConverter(): Outcome<FrameConverter>;
}

/** What Emscripten's glue exports: makes an instance of the module. */
export type Factory = (options: {
  instantiateWasm(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
  print(text: string): void;
  printErr(text: string): void;
}) => Promise<Core>;

/** A loaded module. `disposed` makes everything that came from it refuse to work. */
export interface Runtime {
  readonly core: Core;
  readonly memory: WebAssembly.Memory;
  disposed: boolean;
}

/** Frees an object in the module. A failure is thrown as of any other call. */
export function release(handle: Handle | undefined): void {
  unwrap<void>(() => {
    handle?.delete();
    return undefined;
  });
}

/** The value of a call into the module; a failure is thrown. */
export function unwrap<T>(call: () => Outcome<T>): T {
  let outcome: Outcome<T>;
  try {
    outcome = call();
  } catch (cause) {
    // The module catches what C++ throws, so this is a trap, or an exception of JavaScript's on the way in or out.
    throw foreign(cause, 'webquant', isTrap(cause) ? 'WebAssembly stopped: ' : '');
  }
  const error = outcome?.error;
  if (error) throw new WebQuantError(error.code, error.where, error.message);
  return outcome?.value as T;
}
