import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertThrows } from './support/errors.mjs';
import { loadHere } from './support/glyphs.mjs';
import { twoInputs } from './support/two_inputs.mjs';

const wq = await loadHere();
const model = twoInputs();
const a = Float32Array.of(1, 2, 3, 4);
const b = Float32Array.of(10, 20, 30, 40);
const added = Float32Array.of(11, 22, 33, 44);
const multiplied = Float32Array.of(10, 40, 90, 160);

test('signatures and open dimensions are described', () => {
  const { signatures, inputs } = wq.inspect(model);
  assert.deepEqual(signatures, [
    {
      key: 'serving_default',
      inputs: { left: 'a', right: 'b' },
      outputs: { sum: 'added', product: 'multiplied' },
    },
  ]);
  assert.deepEqual(inputs[1], {
    name: 'b',
    shape: [1, 4],
    dtype: 'float32',
    dynamic: [true, false],
  });
});

test('inputs by tensor name, by signature name, or in order', () => {
  const session = wq.createSession(model);
  const forms = [{ a, b }, { b, a }, { left: a, right: b }, { left: a, b }, [a, b]];
  for (const inputs of forms) assert.deepEqual(session.run(inputs), { added, multiplied });
  assert.deepEqual(Object.keys(session.run({ a, b })), ['added', 'multiplied']);
});

test('signature names are good for outputs and for input() too', () => {
  const session = wq.createSession(model);
  const into = { product: new Float32Array(4), added: new Float32Array(4) };
  assert.deepEqual(session.run([a, b], { into }), { product: multiplied, added });
  const only = { sum: new Float32Array(4) };
  assert.deepEqual(session.run([a, b], { into: only }), { sum: added });
  assert.equal(session.input('left'), session.input('a'));
  session.input('left').set(a);
  session.input('right').set(b);
  const inPlace = { a: session.input('a'), b: session.input('b') };
  assert.deepEqual(session.run(inPlace), { added, multiplied });
});

test('inputs that are missing, unknown or given twice', () => {
  const session = wq.createSession(model);
  const wrong = (inputs, where, message) =>
    assertThrows(() => session.run(inputs), 'invalid-input', where, message);
  wrong(a, 'inputs', /2 inputs: "a" .*"b"/);
  wrong({ a }, 'inputs["b"]', /missing/);
  wrong({ a, c: b }, 'inputs', /"c".*"a", "b", "left" and "right"/);
  wrong({ a, left: a, b }, 'inputs["left"]', /twice/);
  wrong([a], 'inputs', /array of 1/);
  wrong([a, a.subarray(1)], 'inputs["b"]', /4 values.*3/);
  assert.deepEqual(session.run({ a, b }), { added, multiplied });
});

test('batch sets the open dimension', () => {
  const session = wq.createSession(model, { batch: 3 });
  assert.deepEqual(session.inputs[0].shape, [3, 4]);
  assert.deepEqual(session.outputs[1].shape, [3, 4]);
  const three = (values) => Float32Array.from([...values, ...values, ...values]);
  const inputs = [three(a), three(b)];
  assert.deepEqual(session.run(inputs), { added: three(added), multiplied: three(multiplied) });
  assertThrows(() => session.run([a, b]), 'invalid-input', 'inputs["a"]', /12 values.*\[3, 4\].*4/);
});

test('calibrating, quantizing and comparing take several inputs too', () => {
  const calibrator = wq.createCalibrator(model);
  assert.deepEqual(calibrator.observe({ right: b, left: a }), { added, multiplied });
  calibrator.observe([b, a]);
  const stats = calibrator.stats();
  assert.deepEqual(stats.tensors.multiplied, { min: 10, max: 160 });
  const { bytes } = wq.quantize(model, { mode: 'static-int8', stats, io: 'uint8' });
  const outputs = wq.createSession(bytes).run({ a, right: b }, { quantizeIo: true });
  outputs.added.forEach((value, i) => {
    assert.ok(Math.abs(value - added[i]) < 1);
  });
  const report = wq.compare(model, bytes, [[a, b], { left: b, right: a }]);
  assert.deepEqual(Object.keys(report.outputs), ['added', 'multiplied']);
  assert.equal(report.samples, 2);
  assert.ok(report.outputs.added.cosine > 0.99);
  assert.deepEqual(wq.inspect(bytes).signatures, wq.inspect(model).signatures);
  assert.equal(wq.benchmark(model, { runs: 3 }).runs, 3);
});
