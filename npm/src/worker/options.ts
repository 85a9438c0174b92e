// Options that calls to a worker take beside their own, and the other arguments that only such calls take. The options of a call stay
// in this thread; a method's own options are sent to the worker.

import { checkOptions, describe, flag, type OptionTable } from '../api/arguments.js';
import { foreign, invalidInput } from '../api/errors.js';
import type { Inputs, ModelBytes } from '../api/types.js';

/** What every call that may take long also takes. */
export interface CallOptions {
  /** Ends the call: its promise rejects at once with the signal's reason, and the worker stops soon after. Everything stays usable. */
  signal?: AbortSignal;
  /** Move the buffers of the arrays that are given, instead of copying them; they are empty afterwards. Default false. */
  transfer?: boolean;
}

/** What calls of many steps also take. */
export interface LongCallOptions extends CallOptions {
  /** Told from time to time how far the call is: `done` of `total` steps, NaN where the total is unknown. */
  onProgress?: (done: number, total: number, label: string) => void;
}

/** Every option of {@link CallOptions}. @internal */
export const CALL_OPTIONS: OptionTable<CallOptions> = { signal: true, transfer: true };

/** Every option of {@link LongCallOptions}. @internal */
export const LONG_CALL_OPTIONS: OptionTable<LongCallOptions> = {
  ...CALL_OPTIONS,
  onProgress: true,
};

/** What calls take that make an object in the worker. @internal */
export const TRANSFER_OPTION: OptionTable<Pick<CallOptions, 'transfer'>> = { transfer: true };

/** The bytes of a model, or a file of them: the worker reads that by itself, and nothing is copied on the way. */
export type ModelSource = ModelBytes | Blob;

/** Samples, at hand or as they come. */
export type SampleSource = Iterable<Inputs> | AsyncIterable<Inputs>;

/**
 * A method's own options, which are sent, and those of the call, which stay here. Throws `invalid-input` for options that are in neither
 * table, and for options of the call that are of the wrong kind.
 * @internal
 */
export function split<Own>(
  options: unknown,
  ownTable: OptionTable<Own>,
  callTable: object = CALL_OPTIONS,
): [own: Own, call: LongCallOptions] {
  checkOptions('options', options, { ...ownTable, ...callTable } as OptionTable<unknown>);
  if (options === undefined) return [options as Own, {}];
  const { signal, onProgress, transfer, ...own } = options as LongCallOptions;
  const call: LongCallOptions = { transfer: flag('options.transfer', transfer) };
  if (signal !== undefined) call.signal = checkSignal(signal);
  if (onProgress !== undefined) {
    if (typeof onProgress !== 'function')
      throw invalidInput('options.onProgress', `expected a function, got ${describe(onProgress)}`);
    call.onProgress = onProgress;
  }
  return [own as Own, call];
}

function checkSignal(signal: AbortSignal): AbortSignal {
  if (typeof signal?.addEventListener !== 'function' || typeof signal.aborted !== 'boolean')
    throw invalidInput('options.signal', `expected an AbortSignal, got ${describe(signal)}`);
  return signal;
}

/** Tells how far a call is. What the user's function throws ends the call as `invalid-input`, with the exception as its `cause`. */
export function tell(
  { onProgress }: LongCallOptions,
  ...progress: Parameters<NonNullable<LongCallOptions['onProgress']>>
): void {
  try {
    onProgress?.(...progress);
  } catch (thrown) {
    throw foreign(thrown, 'options.onProgress', 'the function failed: ', 'invalid-input');
  }
}
