// A model with several inputs and outputs, a batch of any size, and a signature, which the glyph model has not.

import { Builder } from 'flatbuffers';
import { fieldsOf, ints, offsets, table } from './builder.mjs';

const [ADD, MUL] = [0, 18];
const SHAPE = [1, 4];
const TENSORS = ['a', 'b', 'added', 'multiplied'];

/**
 * Inputs `a` and `b`, outputs `added` and `multiplied`, all float32 [-1, 4]. Its signature calls them `left`, `right`, `sum`, `product`.
 */
export function twoInputs() {
  const b = new Builder(1024);
  const { at, int, byte } = fieldsOf(b);

  const tensors = TENSORS.map((name) => {
    const [text, shape, signature] = [b.createString(name), ints(b, SHAPE), ints(b, [-1, 4])];
    return table(b, 11, at(0, shape), at(3, text), at(7, signature));
  });
  const operators = [2, 3].map((output, i) => {
    const [inputs, outputs] = [ints(b, [0, 1]), ints(b, [output])];
    return table(b, 14, int(0, i), at(1, inputs), at(2, outputs));
  });
  const parts = [
    offsets(b, tensors),
    ints(b, [0, 1]),
    ints(b, [2, 3]),
    offsets(b, operators),
    b.createString('main'),
  ];
  const graph = table(b, 6, ...parts.map((part, slot) => at(slot, part)));
  const codes = [ADD, MUL].map((code) => table(b, 4, byte(0, code), int(2, 1, 1), int(3, code)));
  const maps = (names, first) =>
    offsets(
      b,
      names.map((name, i) => {
        const text = b.createString(name);
        return table(b, 2, at(0, text), int(1, first + i));
      }),
    );
  const [left, sum] = [maps(['left', 'right'], 0), maps(['sum', 'product'], 2)];
  const key = b.createString('serving_default');
  const signature = table(b, 5, at(0, left), at(1, sum), at(2, key));
  const model = [
    [1, offsets(b, codes)],
    [2, offsets(b, [graph])],
    [3, b.createString('two inputs')],
    [4, offsets(b, [table(b, 3)])],
    [7, offsets(b, [signature])],
  ];
  b.finish(table(b, 10, int(0, 3), ...model.map(([slot, part]) => at(slot, part))), 'TFL3');
  return b.asUint8Array().slice();
}
