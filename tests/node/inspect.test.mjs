import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertThrows } from './support/errors.mjs';
import { dynamicInt8, fp16, loadHere, model, staticInt8 } from './support/glyphs.mjs';
import { withOperatorCode } from './support/tflite.mjs';

const SOFTMAX = 25;
const LSTM = 16;
const wq = await loadHere();

test('a model is described', () => {
  const info = wq.inspect(model);
  assert.equal(info.sizeBytes, model.length);
  assert.equal(info.precision, 'float32');
  assert.deepEqual(info.inputs, [{ name: 'image', shape: [1, 64, 64, 3], dtype: 'float32' }]);
  assert.deepEqual(info.outputs, [{ name: 'probabilities', shape: [1, 36], dtype: 'float32' }]);
  assert.match(info.description, /glyph/i);
  assert.ok(info.parameters > 10_000 && 4 * info.parameters < model.length);
  assert.ok(info.macs > info.parameters);
  assert.ok(Array.isArray(info.signatures) && Array.isArray(info.metadata));
});

test('operators are described in order', () => {
  const { ops, macs } = wq.inspect(model);
  ops.forEach((op, i) => {
    assert.equal(op.index, i);
    assert.equal(op.name, op.outputs[0]);
    assert.equal(op.supported, true);
  });
  assert.equal(ops[0].type, 'CONV_2D');
  assert.equal(ops[0].inputs[0], 'image');
  assert.ok(ops[0].weightBytes > 0 && ops[0].macs > 0);
  assert.equal(ops.at(-1).type, 'SOFTMAX');
  assert.equal(
    ops.reduce((sum, op) => sum + op.macs, 0),
    macs,
  );
});

test('an ArrayBuffer will do, and a part of one', () => {
  const expected = wq.inspect(model);
  const padded = new Uint8Array(model.length + 7);
  padded.set(model, 7);
  assert.deepEqual(
    wq.inspect(model.buffer.slice(model.byteOffset, model.byteOffset + model.length)),
    expected,
  );
  assert.deepEqual(wq.inspect(padded.subarray(7)), expected);
  assert.deepEqual(wq.inspect(Buffer.from(model)), expected);
});

test('the precision of quantized models is told', () => {
  assert.equal(wq.inspect(fp16(wq).bytes).precision, 'float16');
  assert.equal(wq.inspect(dynamicInt8(wq).bytes).precision, 'dynamic-int8');
  const info = wq.inspect(staticInt8(wq).bytes);
  assert.equal(info.precision, 'static-int8');
  assert.equal(info.ops[0].type, 'QUANTIZE');
  assert.equal(info.ops.at(-1).type, 'DEQUANTIZE');
});

test('a model with an operator that cannot run is inspected all the same', () => {
  const strange = withOperatorCode(model, SOFTMAX, LSTM);
  const { ops } = wq.inspect(strange);
  assert.equal(ops.at(-1).type, 'LSTM');
  assert.equal(ops.at(-1).supported, false);
  assert.match(ops.at(-1).reason, /LSTM|operator/);
  assert.ok(ops.slice(0, -1).every((op) => op.supported));
  assertThrows(() => wq.createSession(strange), 'unsupported', /^LSTM #\d+ "probabilities"$/);
});

test('what is no file is refused', () => {
  for (const bytes of [undefined, null, 'model', 7, {}, new Float32Array(4), [1, 2, 3]])
    assertThrows(() => wq.inspect(bytes), 'invalid-input', 'bytes', /Uint8Array/);
});
