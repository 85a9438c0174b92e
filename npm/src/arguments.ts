// Checks of what users pass in. Each throws `invalid-input`, saying what was given and what would be accepted.

import { invalidInput, WebQuantError } from './errors.js';

/** A value as a message shows it. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || (typeof value !== 'object' && typeof value !== 'function'))
    return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `a ${kindOf(value)} of ${value.byteLength} bytes`;
  return `a ${kindOf(value)}`;
}

/** The class of a value, 'Float32Array'; also of one from another realm, where `instanceof` says no. */
export function kindOf(value: unknown): string {
  if (ArrayBuffer.isView(value)) return (value as Uint8Array)[Symbol.toStringTag];
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** `"a", "b" or "c"` */
export function listed(names: readonly string[], conjunction = 'or'): string {
  const quoted = names.map((name) => JSON.stringify(name));
  const last = quoted.pop();
  return quoted.length === 0 ? `${last}` : `${quoted.join(', ')} ${conjunction} ${last}`;
}

export function checkOptions(where: string, value: unknown): void {
  if (value !== undefined && (typeof value !== 'object' || value === null))
    throw invalidInput(where, `expected an object, got ${describe(value)}`);
}

export function oneOf<Word extends string>(
  where: string,
  value: unknown,
  words: readonly Word[],
  fallback?: Word,
): Word {
  const word = value === undefined ? fallback : value;
  if (!words.includes(word as Word))
    throw invalidInput(where, `expected ${listed(words)}, got ${describe(word)}`);
  return word as Word;
}

export function integer(
  where: string,
  value: unknown,
  fallback: number | undefined,
  min: number,
  max: number,
): number {
  const number = value === undefined ? fallback : value;
  if (!Number.isInteger(number) || (number as number) < min || (number as number) > max)
    throw invalidInput(where, `expected an integer from ${min} to ${max}, got ${describe(number)}`);
  return number as number;
}

/** A finite number for which `accepts` holds. */
export function number(
  where: string,
  value: unknown,
  fallback: number,
  expected: string,
  accepts: (value: number) => boolean,
): number {
  const result = value === undefined ? fallback : value;
  if (typeof result !== 'number' || !Number.isFinite(result) || !accepts(result))
    throw invalidInput(where, `expected ${expected}, got ${describe(result)}`);
  return result;
}

export function flag(where: string, value: unknown, fallback = false): boolean {
  const result = value === undefined ? fallback : value;
  if (typeof result !== 'boolean')
    throw invalidInput(where, `expected true or false, got ${describe(result)}`);
  return result;
}

/** The bytes of a file, not copied. */
export function bytesOf(where: string, value: unknown): Uint8Array {
  const kind = kindOf(value);
  if (kind !== 'Uint8Array' && kind !== 'ArrayBuffer')
    throw invalidInput(where, `expected a Uint8Array or an ArrayBuffer, got ${describe(value)}`);
  const bytes =
    kind === 'Uint8Array' ? (value as Uint8Array) : new Uint8Array(value as ArrayBuffer);
  checkFits(where, bytes.length);
  return bytes;
}

/** Throws `out-of-memory` for what cannot be copied into WebAssembly's memory. */
export function checkFits(where: string, bytes: number): void {
  if (bytes >= 2 ** 31)
    throw new WebQuantError(
      'out-of-memory',
      where,
      `${bytes} bytes are more than the 2 GB that fit`,
    );
}
