// Which class of typed arrays holds which type of elements, for everything that reads or writes WebAssembly's memory.

import { WebQuantError } from '../api/errors.js';
import type { DType, TensorInfo, TypedArray } from '../api/types.js';

/** A class of typed arrays. */
export interface ArrayClass {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, offset: number, length: number): TypedArray;
}

const CLASSES: Partial<Record<DType, ArrayClass>> = {
  float32: Float32Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
};

/** The class of typed arrays that holds a tensor. */
export function arrayClass({ name, dtype }: TensorInfo): ArrayClass {
  const found = CLASSES[dtype];
  if (!found) throw new WebQuantError('unsupported', name, `inputs and outputs of type ${dtype}`);
  return found;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
