// Reads what the tests need out of a .tflite file, slot by slot of the wire format. It shares no code with the library:
// it is the second opinion on what the library's writer wrote.

import { ByteBuffer } from 'flatbuffers';

const OPERATORS = {
  0: 'ADD',
  1: 'AVERAGE_POOL_2D',
  3: 'CONV_2D',
  4: 'DEPTHWISE_CONV_2D',
  6: 'DEQUANTIZE',
  9: 'FULLY_CONNECTED',
  22: 'RESHAPE',
  25: 'SOFTMAX',
  43: 'SQUEEZE',
  67: 'TRANSPOSE_CONV',
  114: 'QUANTIZE',
};
const TYPES = { 0: 'float32', 1: 'float16', 2: 'int32', 3: 'uint8', 4: 'int64', 9: 'int8' };

/** A table of the FlatBuffer; each method reads the field at a slot, or gives the default where it is absent. */
class Table {
  constructor(buffer, position) {
    this.buffer = buffer;
    this.position = position;
  }

  #field(slot) {
    const offset = this.buffer.__offset(this.position, 4 + 2 * slot);
    return offset && this.position + offset;
  }

  int8(slot, fallback = 0) {
    const at = this.#field(slot);
    return at ? this.buffer.readInt8(at) : fallback;
  }

  int32(slot, fallback = 0) {
    const at = this.#field(slot);
    return at ? this.buffer.readInt32(at) : fallback;
  }

  string(slot) {
    const at = this.#field(slot);
    return at ? this.buffer.__string(at) : '';
  }

  #vector(slot, width, readAt) {
    const at = this.#field(slot);
    if (!at) return [];
    const start = this.buffer.__vector(at);
    return Array.from({ length: this.buffer.__vector_len(at) }, (_, i) =>
      readAt(start + i * width),
    );
  }

  int32s(slot) {
    return this.#vector(slot, 4, (at) => this.buffer.readInt32(at));
  }

  int64s(slot) {
    return this.#vector(slot, 8, (at) => Number(this.buffer.readInt64(at)));
  }

  float32s(slot) {
    return this.#vector(slot, 4, (at) => this.buffer.readFloat32(at));
  }

  bytes(slot) {
    const at = this.#field(slot);
    if (!at) return new Uint8Array();
    const start = this.buffer.__vector(at);
    return this.buffer.bytes().slice(start, start + this.buffer.__vector_len(at));
  }

  table(slot) {
    const at = this.#field(slot);
    return at ? new Table(this.buffer, this.buffer.__indirect(at)) : undefined;
  }

  tables(slot) {
    return this.#vector(slot, 4, (at) => new Table(this.buffer, this.buffer.__indirect(at)));
  }
}

function readTensor(tensor, buffers) {
  const quantization = tensor.table(4);
  return {
    name: tensor.string(3),
    type: TYPES[tensor.int8(1)] ?? `type ${tensor.int8(1)}`,
    shape: tensor.int32s(0),
    data: buffers[tensor.int32(2)].bytes(0),
    scale: quantization?.float32s(2) ?? [],
    zeroPoint: quantization?.int64s(3) ?? [],
    axis: quantization?.int32(6) ?? 0,
  };
}

/**
 * { tensors, operators: [{ type, version, inputs, outputs }], inputs, outputs } of the first subgraph; inputs and
 * outputs are tensors (undefined for an optional input that is absent), not indices.
 */
export function readTflite(bytes) {
  const buffer = new ByteBuffer(bytes);
  const model = new Table(buffer, buffer.readInt32(0));
  const buffers = model.tables(4);
  const codes = model.tables(1).map((code) => {
    const builtin = Math.max(code.int8(0), code.int32(3));
    return { type: OPERATORS[builtin] ?? `operator ${builtin}`, version: code.int32(2, 1) };
  });
  const [graph] = model.tables(2);
  const tensors = graph.tables(0).map((tensor) => readTensor(tensor, buffers));
  const pick = (indices) => indices.map((index) => tensors[index]);
  const operators = graph.tables(3).map((operator) => ({
    ...codes[operator.int32(0)],
    inputs: pick(operator.int32s(1)),
    outputs: pick(operator.int32s(2)),
  }));
  return { tensors, operators, inputs: pick(graph.int32s(1)), outputs: pick(graph.int32s(2)) };
}

/** Operators with weights, in the file's order: [{ type, weights, bias }]. */
export function weightedOperators({ operators }) {
  return operators
    .filter(({ type }) => ['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED'].includes(type))
    .map(({ type, inputs: [input, weights, bias] }) => ({ type, input, weights, bias }));
}
