// The one class of errors that the package throws, for its users and for every other file of the package. `bindings/bindings.cpp`
// gives the same codes for what fails in WebAssembly.

/**
 * What kind of failure a {@link WebQuantError} is.
 *
 * - `invalid-model`: the file is damaged or contradicts itself
 * - `unsupported`: the request is valid, but it cannot be done here
 * - `invalid-input`: an argument or option is of the wrong kind, length, value or name, or an object was used after `dispose()`
 * - `missing-stats`: static quantization lacks the range of a tensor
 * - `out-of-memory`: WebAssembly or JavaScript could not get the memory
 * - `internal`: webquant has a defect, its files cannot be loaded, or the worker has stopped (`where` is then `worker`)
 */
export type ErrorCode =
  | 'invalid-model'
  | 'unsupported'
  | 'invalid-input'
  | 'missing-stats'
  | 'out-of-memory'
  | 'internal';

/** What {@link WebQuantError.where} says if and only if the worker has stopped. @internal */
export const WORKER = 'worker';

/**
 * Every failure of webquant. After any error the same {@link WebQuant} and all of its sessions keep working.
 *
 * There is one exception, which is told by `code === 'internal' && where === 'worker'`: the worker of `loadInWorker` has stopped, because
 * WebAssembly was trapped or the worker's script failed outside of a call. The worker is then ended already, with all that it held, and
 * another one has to be loaded. No other error has this `where`.
 */
export class WebQuantError extends Error {
  override readonly name: string = 'WebQuantError';

  /** What kind of failure it is. */
  readonly code: ErrorCode;

  /** The operator or argument at fault: `CONV_2D #3 "features/conv1"`, `options.mode`, `inputs["image"]`. */
  readonly where: string;

  /**
   * @param code - the kind of failure
   * @param where - the operator or argument at fault, which is put before the message
   * @param message - gives the offending value and what would be accepted
   * @param options - `cause`: the exception that this error reports
   */
  constructor(code: ErrorCode, where: string, message: string, options?: ErrorOptions) {
    super(`${where}: ${message}`, options);
    this.code = code;
    this.where = where;
  }
}

/** An error for an argument that is not accepted. @internal */
export function invalidInput(where: string, message: string, cause?: unknown): WebQuantError {
  return new WebQuantError('invalid-input', where, message, cause === undefined ? {} : { cause });
}

/** The message of anything that can be thrown. @internal */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

/**
 * Whether an exception says that the engine has too little memory. V8 and JavaScriptCore throw a RangeError, which has other reasons too;
 * SpiderMonkey throws an InternalError, or the bare string "out of memory".
 * @internal
 */
export const isOutOfMemory = (thrown: unknown): boolean =>
  /out of memory|allocat|could not get memory|too large|array (buffer )?length/i.test(
    messageOf(thrown),
  ) &&
  (typeof thrown === 'string' ||
    /^(RangeError|InternalError|CompileError)$/.test((thrown as Error)?.name));

/**
 * Whether WebAssembly was stopped in the middle of its work, which leaves its memory in an unknown state.
 * @internal
 */
export const isTrap = (thrown: unknown): boolean => thrown instanceof WebAssembly.RuntimeError;

/**
 * An exception that is no error of webquant's, as an error of the call that it has ended; an error of webquant's as it is.
 *
 * @param code - what it is unless the engine has too little memory
 * @internal
 */
export function foreign(
  thrown: unknown,
  where: string,
  context = '',
  code: ErrorCode = 'internal',
): WebQuantError {
  if (thrown instanceof WebQuantError) return thrown;
  const name = thrown instanceof Error && thrown.name !== 'Error' ? `${thrown.name}: ` : '';
  return new WebQuantError(
    isOutOfMemory(thrown) ? 'out-of-memory' : code,
    where,
    `${context}${name}${messageOf(thrown)}`,
    { cause: thrown },
  );
}
