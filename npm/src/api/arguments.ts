// Checks of what users pass in, for every public function. Each check throws `invalid-input`, says what was given and what would be
// accepted, and takes as `where` the name by which the user knows the argument.

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

/**
 * The names of all options of a function. A table stands beside each options type, and the compiler holds the two together. An option
 * that is an object with options of its own has a table in place of `true`.
 */
export type OptionTable<Options> = {
  readonly [Name in keyof Options]-?: true | OptionTable<NonNullable<Options[Name]>>;
};

/**
 * Throws `invalid-input` unless the value is absent or an object that has only options of the table. The message names the known option
 * that is spelled most like an unknown one.
 */
export function checkOptions<Options>(
  where: string,
  value: unknown,
  known: OptionTable<Options>,
): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null)
    throw invalidInput(where, `expected an object, got ${describe(value)}`);
  const tables = known as Readonly<Record<string, true | OptionTable<unknown>>>;
  for (const [name, option] of Object.entries(value)) {
    const table = Object.hasOwn(tables, name) ? tables[name] : undefined;
    if (table === undefined) throw unknownOption(where, name, Object.keys(tables));
    // Whether an option may be something else than an object is for its own check to say.
    if (table !== true && typeof option === 'object' && option !== null)
      checkOptions(`${where}.${name}`, option, table);
  }
}

function unknownOption(where: string, name: string, known: readonly string[]): WebQuantError {
  const nearest = nearestName(name, known);
  const advice = nearest === undefined ? '' : `; did you mean ${JSON.stringify(nearest)}?`;
  const all = known.length === 0 ? 'none is accepted' : `expected ${listed(known)}`;
  return invalidInput(`${where}.${name}`, `there is no such option: ${all}${advice}`);
}

/** The name that is spelled most like another one or contains it, unless more than half of it would have to change. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  const word = name.toLowerCase();
  const distances = known.map((other) => {
    const isPart = word.length > 2 && other.toLowerCase().includes(word);
    return isPart ? 1 : editDistance(word, other.toLowerCase());
  });
  const least = Math.min(...distances);
  return 2 * least <= name.length ? known[distances.indexOf(least)] : undefined;
}

/** How many characters have to be put in, left out, replaced, or swapped with their neighbour to make one word of the other. */
function editDistance(one: string, other: string): number {
  let before: number[] = [];
  let last: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; ++i) {
    [before, last, row] = [last, row, [i]];
    for (let j = 1; j <= other.length; ++j) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwapped =
        i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row[j] = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (isSame ? 0 : 1),
        isSwapped ? (before[j - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return row[other.length] as number;
}

/** One of several words, or the fallback where none is given. */
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

/** An integer from `min` to `max`, or the fallback where none is given. */
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

/** A finite number that `accepts` takes, or the fallback where none is given. `expected` says in words what is taken. */
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

/** True or false, or the fallback where neither is given. */
export function flag(where: string, value: unknown, fallback = false): boolean {
  const result = value === undefined ? fallback : value;
  if (typeof result !== 'boolean')
    throw invalidInput(where, `expected true or false, got ${describe(result)}`);
  return result;
}

/** The bytes of a file. They are not copied. */
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
