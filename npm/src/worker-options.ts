import type { Inputs, ModelBytes } from './types.js';

/** What every call that may take long also takes. */
export interface CallOptions {
  /** Ends the call: its promise rejects at once with the signal's reason, and the worker stops soon after. Everything stays usable. */
  signal?: AbortSignal;
  /** Move the buffers of the arrays that are given, instead of copying them; they are empty afterwards. Default false. */
  transfer?: boolean;
}

/** What calls of many steps also take. */
export interface LongCallOptions extends CallOptions {
  /** Told from time to time how far the call is. */
  onProgress?: (done: number, total: number, label: string) => void;
}

/** The bytes of a model, or a file of them: the worker reads that by itself, and nothing is copied on the way. */
export type ModelSource = ModelBytes | Blob;

/** Samples, at hand or as they come. */
export type SampleSource = Iterable<Inputs> | AsyncIterable<Inputs>;

/** @internal A method's own options, which are sent, and those of the call, which stay here. */
export function split<Options extends object>(
  options: Options & LongCallOptions,
): [Options, LongCallOptions] {
  if (typeof options !== 'object' || options === null) return [options, {}];
  const { signal, onProgress, transfer = false, ...own } = options as LongCallOptions;
  const call: LongCallOptions = { transfer };
  if (signal) call.signal = signal;
  if (onProgress) call.onProgress = onProgress;
  return [own as Options, call];
}
