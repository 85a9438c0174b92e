// One input or output of a model: where it lies in WebAssembly's memory and which arrays it takes.

import { describe, kindOf } from '../api/arguments.js';
import { invalidInput } from '../api/errors.js';
import type { TensorInfo, TypedArray } from '../api/types.js';
import type { PortDescription } from './core.js';
import { type ArrayClass, arrayClass, elementCount } from './dtype.js';

/** An input or output of a runner. */
export class Port {
  readonly info: TensorInfo;
  /** Number of its elements. */
  readonly length: number;
  /** The class of arrays that it takes as they are. */
  readonly kind: string;
  /** The class of arrays that holds its real values: float32 also for what is stored as int8, uint8 or float16. */
  readonly realKind: string;
  readonly #address: number;
  readonly #array: ArrayClass;
  #view: TypedArray | undefined;

  constructor({ info, address }: PortDescription) {
    const { dtype } = info;
    this.info = info;
    this.length = elementCount(info.shape);
    this.#address = address;
    this.#array = arrayClass(info);
    this.kind = this.#array.name;
    const encoded = dtype === 'int8' || dtype === 'uint8' || dtype === 'float16';
    this.realKind = encoded ? 'Float32Array' : this.kind;
  }

  /** Its place in WebAssembly's memory: the same array until the memory grows. */
  view(memory: WebAssembly.Memory): TypedArray {
    const { buffer } = memory;
    if (this.#view?.buffer !== buffer)
      this.#view = new this.#array(buffer, this.#address, this.length);
    return this.#view;
  }

  /** Throws unless the value is an array of the class `kind` and of the right length. */
  check(value: unknown, kind: string, where: string): void {
    const given = kindOf(value);
    if (given === kind && (value as TypedArray).length === this.length) return;
    const { name, dtype, shape } = this.info;
    const got = given === kind ? `one of ${(value as TypedArray).length}` : describe(value);
    const hint =
      kind !== this.realKind && given === this.realKind
        ? '; real values are converted with { quantizeIo: true }'
        : '';
    throw invalidInput(
      `${where}[${JSON.stringify(name)}]`,
      `expected ${kind} of ${this.length} values (${dtype} [${shape.join(', ')}]), got ${got}${hint}`,
    );
  }
}
