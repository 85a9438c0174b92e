import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertThrows } from './support/errors.mjs';
import { loadHere, model, sample, staticInt8, stats, testSet } from './support/glyphs.mjs';

const wq = await loadHere();
const input = sample(wq);
const NAME = 'probabilities';

const withIo = (io) => wq.quantize(model, { mode: 'static-int8', stats: stats(wq), io }).bytes;
const argMax = (values) => values.indexOf(Math.max(...values));

test('inputs come as one array, a record or an array; outputs are new each time', () => {
  const session = wq.createSession(model);
  const one = session.run(input);
  assert.deepEqual(Object.keys(one), [NAME]);
  assert.ok(one[NAME] instanceof Float32Array);
  assert.equal(one[NAME].length, 36);
  assert.ok(Math.abs(one[NAME].reduce((sum, p) => sum + p) - 1) < 1e-5);
  const others = [session.run({ image: input }), session.run([input]), session.run(input, {})];
  for (const other of others) {
    assert.deepEqual(other, one);
    assert.notEqual(other[NAME].buffer, one[NAME].buffer);
  }
  assert.ok(one[NAME].buffer.byteLength === 36 * 4, 'not a view of the memory');
});

test('inputs and outputs are described', () => {
  const session = wq.createSession(model);
  const info = wq.inspect(model);
  assert.deepEqual(session.inputs, info.inputs);
  assert.deepEqual(session.outputs, info.outputs);
});

test('sessions do not disturb each other', () => {
  const { samples } = testSet(wq);
  const [a, b] = [wq.createSession(model), wq.createSession(staticInt8(wq).bytes)];
  const expected = [a.run(samples[1]), b.run(samples[2])];
  const third = wq.createSession(model);
  third.run(samples[3]);
  third.dispose();
  assert.deepEqual([a.run(samples[1]), b.run(samples[2])], expected);
});

test('into takes the outputs without allocating', () => {
  const session = wq.createSession(model);
  const into = { [NAME]: new Float32Array(36) };
  const array = into[NAME];
  assert.equal(session.run(input, { into }), into);
  assert.equal(into[NAME], array);
  assert.deepEqual(into, session.run(input));
  const { buffer } = new Float32Array(40);
  const part = { [NAME]: new Float32Array(buffer, 16, 36) };
  assert.deepEqual(session.run(input, { into: part })[NAME], array);
  assert.deepEqual(session.run(input, { into: {} }), {});
});

test('into must fit the outputs, and is looked at before the run', () => {
  const session = wq.createSession(model);
  const wrong = (into, where, message) =>
    assertThrows(() => session.run(input, { into }), 'invalid-input', where, message);
  wrong({ [NAME]: new Float32Array(35) }, `options.into["${NAME}"]`, /36.*35/);
  wrong({ [NAME]: new Int8Array(36) }, `options.into["${NAME}"]`, /Float32Array.*Int8Array/);
  wrong({ logit: new Float32Array(36) }, 'options.into', /"logit".*"probabilities"/);
  wrong({ [NAME]: undefined }, `options.into["${NAME}"]`);
  wrong(new Float32Array(36), 'options.into');
  wrong(null, 'options.into', /null/);
});

test('input() is the place of an input, for writing without a copy', () => {
  const session = wq.createSession(model);
  const expected = session.run(input);
  const view = session.input('image');
  assert.equal(view.length, input.length);
  assert.equal(session.input('image'), view);
  view.fill(0);
  assert.notDeepEqual(session.run(view), expected);
  view.set(input);
  assert.deepEqual(session.run(view), expected);
  assert.deepEqual(session.run({ image: view }), expected);
  assertThrows(() => session.input('picture'), 'invalid-input', 'name', /"picture".*"image"/);
});

test('a view from before the memory grew is refused, and the session goes on', async () => {
  const own = await loadHere();
  const session = own.createSession(model);
  const expected = session.run(input);
  const view = session.input('image');
  const many = [];
  while (view.length > 0) many.push(own.createSession(model));
  assertThrows(() => session.run(view), 'invalid-input', 'inputs["image"]', /one of 0/);
  assert.deepEqual(session.run(input), expected);
  session.input('image').set(input);
  assert.deepEqual(session.run(session.input('image')), expected);
  for (const other of many) assert.deepEqual(other.run(input), expected);
});

test('inputs that do not fit are refused with what would', () => {
  const session = wq.createSession(model);
  const wrong = (inputs, where, message) =>
    assertThrows(() => session.run(inputs), 'invalid-input', where, message);
  wrong(new Float32Array(3), 'inputs["image"]', /12288 values.*\[1, 64, 64, 3\].*3/);
  wrong(new Uint8Array(12288), 'inputs["image"]', /Float32Array.*Uint8Array/);
  wrong({ image: new Float64Array(12288) }, 'inputs["image"]', /Float64Array/);
  wrong({ image: Array.from(input) }, 'inputs["image"]', /array of 12288/);
  wrong({}, 'inputs["image"]', /missing/);
  wrong({ image: input, mask: input }, 'inputs', /"mask"/);
  wrong([], 'inputs', /0.*one input/);
  wrong([input, input], 'inputs', /2/);
  wrong(undefined, 'inputs', /undefined/);
  wrong(null, 'inputs', /null/);
  wrong('image', 'inputs', /"image"/);
  assert.ok(session.run(input));
});

test('int8 and uint8 inputs and outputs are taken as they are, or as real values with quantizeIo', () => {
  for (const [io, ArrayType] of [
    ['int8', Int8Array],
    ['uint8', Uint8Array],
  ]) {
    const bytes = withIo(io);
    const session = wq.createSession(bytes);
    const { dtype, quantization } = session.inputs[0];
    assert.equal(dtype, io);
    const [[scale], [zeroPoint]] = [quantization.scale, quantization.zeroPoint];
    const lowest = io === 'int8' ? -128 : 0;
    const raw = ArrayType.from({ length: input.length }, (_, i) => lowest + ((i * 37) % 256));
    // A little off the steps, so that rounding has something to do.
    const real = Float32Array.from(
      raw,
      (value, i) => scale * (value - zeroPoint + (i % 5) / 10 - 0.2),
    );
    const output = session.run(raw)[NAME];
    assert.ok(output instanceof ArrayType);
    const decoded = session.run(real, { quantizeIo: true })[NAME];
    assert.ok(decoded instanceof Float32Array);
    const { quantization: step } = session.outputs[0];
    assert.deepEqual(
      decoded,
      Float32Array.from(output, (value) => step.scale[0] * (value - step.zeroPoint[0])),
    );
    assert.deepEqual(wq.createSession(staticInt8(wq).bytes).run(real)[NAME], decoded);
    // Raw values are still welcome, and `into` takes what comes out.
    assert.deepEqual(session.run(raw, { quantizeIo: true })[NAME], decoded);
    const into = { [NAME]: new Float32Array(36) };
    assert.deepEqual(session.run(real, { quantizeIo: true, into })[NAME], decoded);
    assertThrows(() => session.run(raw, { into }), 'invalid-input', `options.into["${NAME}"]`);
    assertThrows(() => session.run(real), 'invalid-input', 'inputs["image"]', /quantizeIo/);
    assert.deepEqual(wq.createSession(bytes, { quantizeIo: true }).run(real)[NAME], decoded);
  }
});

test('quantizeIo changes nothing for a float model', () => {
  const session = wq.createSession(model);
  assert.deepEqual(session.run(input, { quantizeIo: true }), session.run(input));
});

test('the profile has every operator, with its time', () => {
  const session = wq.createSession(model, { profile: true });
  const expected = wq.createSession(model).run(input)[NAME];
  for (let i = 0; i < 5; ++i) {
    const output = session.run(input)[NAME];
    assert.equal(argMax(output), argMax(expected));
  }
  const { ops } = wq.inspect(model);
  const profile = session.profile();
  assert.deepEqual(
    profile.map(({ index, op, type }) => ({ index, name: op, type })),
    ops.map(({ index, name, type }) => ({ index, name, type })),
  );
  for (const { ms, runs } of profile) assert.ok(ms >= 0 && runs === 5);
  assert.ok(profile.reduce((sum, { ms }) => sum + ms, 0) > 0);
  assertThrows(
    () => wq.createSession(model).profile(),
    'invalid-input',
    'session.profile',
    /profile: true/,
  );
});

test('memory is told, and is smaller for int8', () => {
  const float = wq.createSession(model).memory;
  const int8 = wq.createSession(staticInt8(wq).bytes).memory;
  assert.ok(float.weightsBytes > 4 * 100_000 && float.activationsBytes > 64 * 64 * 3 * 4);
  assert.ok(int8.weightsBytes < 0.5 * float.weightsBytes);
  assert.ok(int8.activationsBytes < float.activationsBytes);
});

test('options of a session are checked', () => {
  const wrong = (options, where, message) =>
    assertThrows(() => wq.createSession(model, options), 'invalid-input', where, message);
  wrong({ batch: 0 }, 'options.batch', /0/);
  wrong({ batch: 1.5 }, 'options.batch', /1\.5/);
  wrong({ batch: Number.NaN }, 'options.batch', /NaN/);
  wrong({ batch: '2' }, 'options.batch', /"2"/);
  wrong({ batch: 2 }, 'options.batch'); // the model's batch is fixed
  wrong({ profile: 'yes' }, 'options.profile', /"yes"/);
  wrong('fast', 'options', /"fast"/);
  assertThrows(
    () => wq.createSession(model).run(input, { quantizeIo: 1 }),
    'invalid-input',
    'options.quantizeIo',
  );
});
