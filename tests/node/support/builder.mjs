// Writes FlatBuffers without generated code: fields by the place that the schema gives them.

/** Writes a table; `fields` are functions that each add one. */
export function table(builder, slots, ...fields) {
  builder.startObject(slots);
  for (const add of fields) add();
  return builder.endObject();
}

export function ints(builder, values) {
  return vector(builder, values, (value) => builder.addInt32(value));
}

export function floats(builder, values) {
  return vector(builder, values, (value) => builder.addFloat32(value));
}

export function offsets(builder, values) {
  return vector(builder, values, (value) => builder.addOffset(value));
}

function vector(builder, values, add) {
  builder.startVector(4, values.length, 4);
  for (const value of [...values].reverse()) add(value);
  return builder.endVector();
}

/** Functions that make fields: an offset, an int32, an int8. */
export const fieldsOf = (builder) => ({
  at: (slot, offset) => () => builder.addFieldOffset(slot, offset, 0),
  int:
    (slot, value, fallback = 0) =>
    () =>
      builder.addFieldInt32(slot, value, fallback),
  byte:
    (slot, value, fallback = 0) =>
    () =>
      builder.addFieldInt8(slot, value, fallback),
});
