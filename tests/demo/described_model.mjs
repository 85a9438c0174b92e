// A model that says of itself, by TFLite Metadata, what its input is like and what its classes are called.

import { zipSync } from 'fflate';
import { Builder } from 'flatbuffers';
import { fieldsOf, floats, ints, offsets, table } from '../node/support/builder.mjs';

const AVERAGE_POOL_2D = 1;
const POOL_OPTIONS = 5; // in the union BuiltinOptions
const IMAGE_PROPERTIES = 2; // in the union ContentProperties
const COLOUR_SPACES = { 1: 2, 3: 1 }; // of so many channels: GRAYSCALE, RGB
const NORMALIZATION = 1; // in the union ProcessUnitOptions
const AXIS_LABELS = 2; // in the enum AssociatedFileType
const SIZE = 8;

/** The mean of each channel of a picture of 8 x 8 pixels: one class for each channel. */
function model(channels, metadata) {
  const b = new Builder(1024);
  const { at, int, byte } = fieldsOf(b);
  const tensors = [
    ['picture', [1, SIZE, SIZE, channels]],
    ['colours', [1, 1, 1, channels]],
  ].map(([name, shape]) => {
    const [text, sizes] = [b.createString(name), ints(b, shape)];
    return table(b, 11, at(0, sizes), at(3, text));
  });
  const pool = table(b, 6, byte(0, 1), int(1, 1), int(2, 1), int(3, SIZE), int(4, SIZE));
  const [inputs, outputs] = [ints(b, [0]), ints(b, [1])];
  const operator = table(b, 14, at(1, inputs), at(2, outputs), byte(3, POOL_OPTIONS), at(4, pool));
  const parts = [offsets(b, tensors), ints(b, [0]), ints(b, [1]), offsets(b, [operator])];
  const graph = table(b, 6, ...parts.map((part, slot) => at(slot, part)));
  const code = table(b, 4, byte(0, AVERAGE_POOL_2D), int(2, 1, 1), int(3, AVERAGE_POOL_2D));
  const data = b.createByteVector(metadata);
  const name = b.createString('TFLITE_METADATA');
  const buffers = [table(b, 3), table(b, 3, at(0, data))];
  const entry = table(b, 2, at(0, name), int(1, 1));
  const fields = [
    [1, offsets(b, [code])],
    [2, offsets(b, [graph])],
    [4, offsets(b, buffers)],
    [6, offsets(b, [entry])],
  ];
  b.finish(table(b, 8, int(0, 3), ...fields.map(([slot, part]) => at(slot, part))), 'TFL3');
  return b.asUint8Array();
}

function metadataOf(channels, { mean, std }, labelsFile) {
  const b = new Builder(1024);
  const { at, byte } = fieldsOf(b);
  const [means, stds] = [floats(b, mean), floats(b, std)];
  const options = table(b, 2, at(0, means), at(1, stds));
  const units = offsets(b, [table(b, 2, byte(0, NORMALIZATION), at(1, options))]);
  const image = table(b, 2, byte(0, COLOUR_SPACES[channels]));
  const content = table(b, 3, byte(0, IMAGE_PROPERTIES), at(1, image));
  const input = table(b, 7, at(3, content), at(4, units));
  const name = b.createString(labelsFile);
  const files = offsets(b, [table(b, 5, at(0, name), byte(2, AXIS_LABELS))]);
  const output = table(b, 7, at(6, files));
  const [inputs, outputs] = [offsets(b, [input]), offsets(b, [output])];
  const graphs = offsets(b, [table(b, 10, at(2, inputs), at(3, outputs))]);
  b.finish(table(b, 8, at(3, graphs)), 'M001');
  return b.asUint8Array();
}

/** The file: the model, and behind it the archive with the names of its classes. */
export function describedModel({ mean, std, labels }) {
  const name = 'labels.txt';
  const described = metadataOf(labels.length, { mean, std }, name);
  const archive = zipSync({ [name]: new TextEncoder().encode(labels.join('\n')) });
  return Buffer.concat([model(labels.length, described), archive]);
}
