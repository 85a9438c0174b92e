// Cuts parts out of a .tflite file, for a runtime to show what lies between its inputs and outputs. Nothing of the file
// is moved: the subgraph is made to refer to new lists of indices behind it.

import { ByteBuffer } from 'flatbuffers';

// Slots of the tables that are changed.
const MODEL = { subgraphs: 2, signatures: 7 };
const GRAPH = { inputs: 1, outputs: 2, operators: 3 };

/**
 * The file with other inputs and outputs (indices of tensors) and, if `operator` is given, with only that one of its
 * operators. It has no signatures.
 */
export function partOf(bytes, { inputs, outputs, operator }) {
  const lists = [
    [GRAPH.inputs, inputs],
    [GRAPH.outputs, outputs],
  ].filter(([, indices]) => indices);
  const start = (bytes.length + 3) & ~3;
  const size = lists.reduce((sum, [, indices]) => sum + 4 + 4 * indices.length, 0);
  const part = new Uint8Array(start + size);
  part.set(bytes);
  const view = new DataView(part.buffer);
  const buffer = new ByteBuffer(part);
  // Where the table's field at a slot lies.
  const field = (table, slot) => {
    const offset = buffer.__offset(table, 4 + 2 * slot);
    if (!offset) throw new Error(`the table has no field ${slot}`);
    return table + offset;
  };

  const model = buffer.readInt32(0);
  const vtable = model - buffer.readInt32(model);
  if (buffer.__offset(model, 4 + 2 * MODEL.signatures))
    view.setUint16(vtable + 4 + 2 * MODEL.signatures, 0, true);

  const graph = buffer.__indirect(buffer.__vector(field(model, MODEL.subgraphs)));
  let end = start;
  for (const [slot, indices] of lists) {
    const at = field(graph, slot);
    view.setUint32(at, end - at, true);
    view.setUint32(end, indices.length, true);
    end += 4;
    for (const index of indices) {
      view.setInt32(end, index, true);
      end += 4;
    }
  }

  if (operator !== undefined) {
    const first = buffer.__vector(field(graph, GRAPH.operators));
    view.setUint32(first, buffer.__indirect(first + 4 * operator) - first, true);
    view.setUint32(first - 4, 1, true);
  }
  return part;
}
