// A model of one large FULLY_CONNECTED, for what depends on the size of files.

import { Builder } from 'flatbuffers';
import { fieldsOf, ints, offsets, table } from './builder.mjs';

const FULLY_CONNECTED = 9;
const INPUTS = 1024;
const CONSTANT_ALIGNMENT = 16;

/** `megabytes` of float32 weights [.., 1024]; input `x` [1, 1024], output `y`. */
export function dense(megabytes) {
  const outputs = (megabytes * 2 ** 20) / (INPUTS * Float32Array.BYTES_PER_ELEMENT);
  const weights = Float32Array.from(
    { length: INPUTS * outputs },
    (_, i) => ((i * 7919) % 997) / 997 - 0.5,
  );
  const b = new Builder(weights.byteLength + 4096);
  const { at, int, byte } = fieldsOf(b);

  b.startVector(1, weights.byteLength, CONSTANT_ALIGNMENT);
  b.space -= weights.byteLength;
  b.bb.bytes().set(new Uint8Array(weights.buffer), b.space);
  const data = b.endVector();
  const buffers = [table(b, 3), table(b, 3, at(0, data))];

  const tensor = (name, size, buffer) => {
    const [text, shape] = [b.createString(name), ints(b, size)];
    return table(b, 11, at(0, shape), int(2, buffer), at(3, text));
  };
  const tensors = [
    tensor('x', [1, INPUTS], 0),
    tensor('weights', [outputs, INPUTS], 1),
    tensor('y', [1, outputs], 0),
  ];
  const [taken, given] = [ints(b, [0, 1, -1]), ints(b, [2])];
  const operator = table(b, 14, at(1, taken), at(2, given));
  const parts = [offsets(b, tensors), ints(b, [0]), ints(b, [2]), offsets(b, [operator])];
  const graph = table(b, 6, ...parts.map((part, slot) => at(slot, part)));
  const code = table(b, 4, byte(0, FULLY_CONNECTED), int(2, 1, 1), int(3, FULLY_CONNECTED));
  const model = [
    [1, offsets(b, [code])],
    [2, offsets(b, [graph])],
    [4, offsets(b, buffers)],
  ];
  b.finish(table(b, 10, int(0, 3), ...model.map(([slot, part]) => at(slot, part))), 'TFL3');
  return b.asUint8Array().slice();
}
