/**
 * What kind of failure a {@link WebQuantError} is.
 *
 * - `invalid-model`: the file is damaged or contradicts itself
 * - `unsupported`: valid, but it cannot run here
 * - `invalid-input`: an argument is of the wrong kind, length or value, or an object was used after `dispose()`
 * - `missing-stats`: static quantization lacks the range of a tensor
 * - `out-of-memory`
 * - `internal`: a defect of webquant
 */
export type ErrorCode =
  | 'invalid-model'
  | 'unsupported'
  | 'invalid-input'
  | 'missing-stats'
  | 'out-of-memory'
  | 'internal';

/**
 * Every failure of webquant. After any error the same {@link WebQuant} and all of its sessions keep working.
 */
export class WebQuantError extends Error {
  override readonly name: string = 'WebQuantError';

  /** What kind of failure it is. */
  readonly code: ErrorCode;

  /** The node or argument at fault: `CONV_2D #3 "features/conv1"`, `options.mode`, `inputs["image"]`. */
  readonly where: string;

  /** `message` gives the offending value and what would be accepted; `where` is put before it. */
  constructor(code: ErrorCode, where: string, message: string, options?: ErrorOptions) {
    super(`${where}: ${message}`, options);
    this.code = code;
    this.where = where;
  }
}

/** @internal */
export function invalidInput(where: string, message: string, cause?: unknown): WebQuantError {
  return new WebQuantError('invalid-input', where, message, cause === undefined ? {} : { cause });
}
