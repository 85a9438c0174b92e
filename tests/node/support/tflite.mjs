// Just enough of the .tflite format to damage a file on purpose.

/** Position of field `slot` of the table at `table`, or 0 when it is absent. */
function field(view, table, slot) {
  const vtable = table - view.getInt32(table, true);
  const entry = 4 + 2 * slot;
  const offset = entry < view.getUint16(vtable, true) ? view.getUint16(vtable + entry, true) : 0;
  return offset && table + offset;
}

const target = (view, position) => position + view.getUint32(position, true);

/** A copy in which every operator of code `from` has the code `to`; both below 127. */
export function withOperatorCode(bytes, from, to) {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  const codes = target(view, field(view, target(view, 0), 1));
  for (let i = 0; i < view.getUint32(codes, true); ++i) {
    const table = target(view, codes + 4 + 4 * i);
    const narrow = field(view, table, 0);
    const wide = field(view, table, 3);
    if (!narrow || view.getInt8(narrow) !== from) continue;
    view.setInt8(narrow, to);
    if (wide) view.setInt32(wide, to, true);
  }
  return copy;
}

/** A copy in which the tensors have other names of the same lengths: `rename` gets a name and the tensor's index. */
export function withTensorNames(bytes, rename) {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  const subgraphs = target(view, field(view, target(view, 0), 2));
  const tensors = target(view, field(view, target(view, subgraphs + 4), 0));
  for (let i = 0; i < view.getUint32(tensors, true); ++i) {
    const text = target(view, field(view, target(view, tensors + 4 + 4 * i), 3));
    const name = copy.subarray(text + 4, text + 4 + view.getUint32(text, true));
    name.set(new TextEncoder().encode(rename(new TextDecoder().decode(name), i)));
  }
  return copy;
}
