import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertThrows } from './support/errors.mjs';
import { collectGarbage } from './support/garbage.mjs';
import { INPUT, loadHere, model, sample, staticInt8 } from './support/glyphs.mjs';

const dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
const wq = await loadHere();
const input = sample(wq);

/** Bytes of the WebAssembly memory of a session's module. */
const memoryOf = (session) => session.input('image').buffer.byteLength;

test('dispose may be called again, and use after it throws', () => {
  const session = wq.createSession(model);
  const calibrator = wq.createCalibrator(model);
  for (const resource of [session, calibrator]) {
    resource.dispose();
    resource.dispose();
    resource[dispose]();
  }
  const uses = [
    () => session.run(input),
    () => session.input('image'),
    () => session.memory,
    () => session.profile(),
    () => calibrator.observe(input),
    () => calibrator.stats(),
    () => calibrator.samples,
  ];
  uses.forEach((use, i) => {
    assertThrows(use, 'invalid-input', i < 4 ? 'session' : 'calibrator', /dispose/);
  });
  assert.deepEqual(session.inputs[0].name, 'image');
});

test('dispose of the module ends everything that came from it', async () => {
  const own = await loadHere();
  const session = own.createSession(model);
  const calibrator = own.createCalibrator(model);
  own.frameToTensor({ data: new Uint8Array(3), width: 1, height: 1 }, { width: 1, height: 1 });
  own.dispose();
  own[dispose]();
  assertThrows(() => own.inspect(model), 'invalid-input', 'webquant', /dispose/);
  assertThrows(() => own.createSession(model), 'invalid-input', 'webquant');
  assertThrows(() => own.createCalibrator(model), 'invalid-input', 'webquant');
  assertThrows(() => own.quantize(model, { mode: 'fp16' }), 'invalid-input', 'webquant');
  assertThrows(() => own.compare(model, model, [input]), 'invalid-input', 'webquant');
  assertThrows(() => own.benchmark(model), 'invalid-input', 'webquant');
  assertThrows(() => own.frameToTensor({}, {}), 'invalid-input', 'webquant');
  assertThrows(() => session.run(input), 'invalid-input', 'session');
  assertThrows(() => calibrator.observe(input), 'invalid-input', 'calibrator');
  session.dispose();
  calibrator.dispose();
  assert.ok(wq.createSession(model).run(input));
});

test('memory that was disposed of is used again', async () => {
  const own = await loadHere();
  const probe = own.createSession(model);
  const cycle = () => {
    const session = own.createSession(staticInt8(wq).bytes);
    session.run(input, { quantizeIo: true });
    session.dispose();
    const calibrator = own.createCalibrator(model);
    calibrator.observe(input);
    calibrator.dispose();
    own.quantize(model, { mode: 'dynamic-int8' });
    own.compare(model, staticInt8(wq).bytes, [input], { layers: true });
    own.inspect(model);
    own.frameToTensor({ data: new Uint8Array(12), width: 2, height: 2 }, INPUT);
    assertThrows(() => own.createSession(model.subarray(0, 5000)), 'invalid-model', /./);
    assertThrows(() => own.createSession(model, { batch: 3 }), 'invalid-input', /./);
  };
  for (let i = 0; i < 5; ++i) cycle();
  const before = memoryOf(probe);
  for (let i = 0; i < 60; ++i) cycle();
  assert.equal(memoryOf(probe), before);
});

test('what is forgotten is freed with the garbage', async () => {
  const own = await loadHere();
  const probe = own.createSession(model);
  const start = memoryOf(probe);
  const { weightsBytes, activationsBytes } = probe.memory;
  const rounds = 200;
  let collected = 0;
  const registry = new FinalizationRegistry(() => {
    ++collected;
  });
  for (let i = 0; i < rounds; ++i) {
    registry.register(own.createSession(model));
    if (i % 10 === 9) await collectGarbage(() => collected > i - 10, 3);
  }
  await collectGarbage(() => collected === rounds);
  assert.equal(collected, rounds);
  const grown = memoryOf(probe) - start;
  assert.ok(grown < (rounds / 4) * (weightsBytes + activationsBytes), `grown by ${grown}`);
});

test('10,000 runs leave the memory as it was', async () => {
  const session = wq.createSession(staticInt8(wq).bytes);
  const into = { probabilities: new Float32Array(36) };
  const options = { into, quantizeIo: true };
  for (let i = 0; i < 200; ++i) session.run(input, options);
  await collectGarbage();
  const before = { wasm: memoryOf(session), heap: process.memoryUsage().heapUsed };
  for (let i = 0; i < 10_000; ++i) session.run(input, options);
  await collectGarbage();
  const after = { wasm: memoryOf(session), heap: process.memoryUsage().heapUsed };
  assert.equal(after.wasm, before.wasm);
  assert.ok(
    after.heap - before.heap < 500_000,
    `${after.heap - before.heap} bytes more on the heap`,
  );
});
