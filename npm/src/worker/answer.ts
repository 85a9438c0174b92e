// How the worker answers a call: with a value, or with what has failed. Errors lose their class on the way from one thread to another,
// so they travel as plain records, which say whether the worker can go on.

import { type ErrorCode, foreign, isTrap, WebQuantError } from '../api/errors.js';

/** What has failed in the worker. */
export interface Failure {
  code: ErrorCode;
  where: string;
  message: string;
  /** WebAssembly was trapped in the middle of its work, so that nothing in the worker can be trusted any more. */
  isFatal: boolean;
}

/** What comes back for a call. */
export type Answer<Value> = { value: Value; failure?: never } | { failure: Failure };

/** What was thrown in a call, as a record. An exception that is no error of webquant's becomes one of that call. */
export function failureOf(thrown: unknown, call: string): Failure {
  const { code, where, message, cause } = foreign(thrown, call);
  // A module that could not even start is reported by `load` itself.
  const isFatal = call !== 'load' && (isTrap(thrown) || isTrap(cause));
  return { code, where, message: message.slice(`${where}: `.length), isFatal };
}

/** The record as an error again. */
export const errorOf = ({ code, where, message }: Failure): WebQuantError =>
  new WebQuantError(code, where, message);
