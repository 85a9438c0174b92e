// A model with the function of the glyph model (but for RELU6, which becomes RELU) and channels of very different sizes,
// as some trained networks have: one scale a tensor cannot hold them.

import { ByteBuffer } from 'flatbuffers';

const DEPTHWISE_CONV_2D = 4;
const CONV_2D = 3;
const [RELU, RELU6] = [1, 3];
/** Where the options of the two operators keep their fused activation. */
const ACTIVATION_SLOT = { [CONV_2D]: 3, [DEPTHWISE_CONV_2D]: 4 };

/** Field access as in tests/models/tflite_reader.mjs, but to positions in the file, which can be written to. */
function reader(bytes) {
  const buffer = new ByteBuffer(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const field = (table, slot) => {
    const offset = buffer.__offset(table, 4 + 2 * slot);
    return offset && table + offset;
  };
  const table = (parent, slot) => buffer.__indirect(field(parent, slot));
  const entries = (parent, slot) => {
    const at = field(parent, slot);
    const start = buffer.__vector(at);
    return Array.from({ length: buffer.__vector_len(at) }, (_, i) => start + 4 * i);
  };
  const tables = (parent, slot) => entries(parent, slot).map((at) => buffer.__indirect(at));
  const ints = (parent, slot) => entries(parent, slot).map((at) => buffer.readInt32(at));
  const int = (parent, slot) => {
    const at = field(parent, slot);
    return at ? buffer.readInt32(at) : 0;
  };
  const floats = (data) => {
    const at = field(data, 0);
    const start = buffer.__vector(at);
    return new Float32Array(bytes.buffer, bytes.byteOffset + start, buffer.__vector_len(at) / 4);
  };
  return { view, root: buffer.readInt32(0), field, table, tables, ints, int, floats };
}

/**
 * The convolutions of a file in which they follow each other: { inputs, output, weights, bias, depthwise, setRelu };
 * `weights` and `bias` are views of `bytes`.
 */
function convolutions(bytes) {
  const { view, root, field, table, tables, ints, int, floats } = reader(bytes);
  const codes = tables(root, 1).map((code) => view.getInt8(field(code, 0)));
  const buffers = tables(root, 4);
  const [graph] = tables(root, 2);
  const tensors = tables(graph, 0);
  const constant = (tensor) => floats(buffers[int(tensors[tensor], 2)]);
  return tables(graph, 3).flatMap((op) => {
    const code = codes[int(op, 0)];
    const [input, weights, bias] = ints(op, 1);
    if (!(code in ACTIVATION_SLOT)) return [{ inputs: ints(op, 1) }];
    const activation = field(table(op, 4), ACTIVATION_SLOT[code]);
    return {
      inputs: [input],
      output: ints(op, 2)[0],
      weights: constant(weights),
      bias: constant(bias),
      depthwise: code === DEPTHWISE_CONV_2D,
      setRelu: () => {
        if (activation && view.getInt8(activation) === RELU6) view.setInt8(activation, RELU);
      },
    };
  });
}

/** The channel of the operator's input that each weight meets. */
const inputChannel = ({ depthwise, bias }, channels) =>
  depthwise ? (i) => i % bias.length : (i) => i % channels;

/** The channel of the operator's output that each weight adds to. */
const outputChannel = ({ weights, depthwise, bias }) =>
  depthwise ? (i) => i % bias.length : (i) => Math.floor(i / (weights.length / bias.length));

/**
 * A copy of `model` in which every channel between two convolutions is multiplied by a power of two from 2^-spread to
 * 2^spread and divided by it again: exact in float, so that only RELU6 makes a difference.
 */
export function hostileCopy(model, spread = 5) {
  // Weights lie at multiples of four bytes of the file, which a typed array must see as such.
  const bytes = new Uint8Array(model.length);
  bytes.set(model);
  const ops = convolutions(bytes);
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (const op of ops) op.setRelu?.();
  for (const first of ops.filter(({ weights }) => weights)) {
    const readers = ops.filter(({ inputs }) => inputs.includes(first.output));
    const [second] = readers;
    if (readers.length !== 1 || !second.weights) continue;
    const factors = Array.from(first.bias, () => 2 ** Math.round((2 * random() - 1) * spread));
    const [out, into] = [outputChannel(first), inputChannel(second, factors.length)];
    first.weights.forEach((value, i) => {
      first.weights[i] = value * factors[out(i)];
    });
    first.bias.forEach((value, i) => {
      first.bias[i] = value * factors[i];
    });
    second.weights.forEach((value, i) => {
      second.weights[i] = value / factors[into(i)];
    });
  }
  return bytes;
}
