import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import threads from 'node:worker_threads';
import { loadInWorker } from 'webquant/worker';
import { readCalibration } from '../../examples/glyphs/frames.mjs';
import { AT_ONCE_MS, timeAborts } from '../browser/page/aborts.js';
import { assertRejects } from './support/errors.mjs';
import { INPUT, loadHere, model, staticInt8, stats, testSet } from './support/glyphs.mjs';

/** Node's own workers, as they are made. */
const started = [];
threads.Worker = class extends threads.Worker {
  constructor(...args) {
    super(...args);
    started.push(this);
  }
};
syncBuiltinESMExports();

const loadThere = (options) =>
  loadInWorker({ variant: process.env.WEBQUANT_VARIANT ?? 'auto', ...options });
const here = await loadHere();
const there = await loadThere();
after(() => there.dispose());
const samples = testSet(here).samples.slice(0, 24);
const labels = testSet(here).labels.slice(0, 24);
const FOREVER = 1_000_000;

test('the same answers as in this thread', async () => {
  assert.deepEqual(there.info, here.info);
  assert.deepEqual(await there.inspect(model), here.inspect(model));
  const frame = readCalibration()[0];
  assert.deepEqual(await there.frameToTensor(frame, INPUT), here.frameToTensor(frame, INPUT));
  const uint8 = { ...INPUT, mean: 0, std: 1, dtype: 'uint8' };
  assert.deepEqual(await there.frameToTensor(frame, uint8), here.frameToTensor(frame, uint8));
  const quantized = staticInt8(here);
  assert.deepEqual(
    await there.quantize(model, { mode: 'static-int8', stats: stats(here) }),
    quantized,
  );
  const options = { layers: true, labels };
  assert.deepEqual(
    await there.compare(model, quantized.bytes, samples, options),
    here.compare(model, quantized.bytes, samples, options),
  );
  const pattern = { mode: 'dynamic-int8', exclude: [/^features/, 'nobody'] };
  assert.deepEqual(await there.quantize(model, pattern), here.quantize(model, pattern));
  const target = { samples, labels, maxShiftPercent: 0.4 };
  assert.deepEqual(
    await there.quantizeToTarget(model, target),
    here.quantizeToTarget(model, target),
  );
  const { runs, memory, medianMs } = await there.benchmark(model, { runs: 3, warmup: 1 });
  assert.equal(runs, 3);
  assert.ok(medianMs > 0 && memory.weightsBytes > 0);
});

test('sessions', async () => {
  const own = here.createSession(model);
  const session = await there.createSession(model, { profile: true });
  assert.deepEqual(session.inputs, own.inputs);
  assert.deepEqual(session.outputs, own.outputs);
  assert.ok(session.memory.activationsBytes > 0);
  assert.ok(Number.isNaN(session.lastRunMs));
  const expected = own.run(samples[0]);
  assert.deepEqual(await session.run(samples[0]), expected);
  assert.deepEqual(await session.run({ image: samples[0] }), expected);
  assert.ok(session.lastRunMs > 0);
  const into = { probabilities: new Float32Array(36) };
  assert.equal(await session.run(samples[0], { into }), into);
  assert.deepEqual(into, expected);
  assert.equal((await session.profile()).length, 19);
  const all = await session.runAll(samples);
  assert.deepEqual(
    all,
    samples.map((sample) => own.run(sample)),
  );
  await session.dispose();
  await session.dispose();
  await assertRejects(session.run(samples[0]), 'invalid-input', 'session', /dispose/);
});

test('calibrators, on samples at hand and as they come', async () => {
  const own = here.createCalibrator(model);
  for (const sample of samples) own.observe(sample);
  const calibrator = await there.createCalibrator(model);
  assert.deepEqual(await calibrator.observe(samples[0]), here.createSession(model).run(samples[0]));
  assert.equal(calibrator.samples, 1);
  async function* rest() {
    yield* samples.slice(1);
  }
  await calibrator.observeAll(rest());
  assert.equal(calibrator.samples, samples.length);
  assert.deepEqual(await calibrator.stats(), own.stats());
  assert.deepEqual(await calibrator.ranges(), own.ranges());
});

test('errors come as they are', async () => {
  const damaged = model.subarray(0, 1000);
  await assertRejects(there.inspect(damaged), 'invalid-model', /./);
  await assertRejects(there.createSession(null), 'invalid-input', 'bytes', /null/);
  await assertRejects(
    there.quantize(model, { mode: 'int3' }),
    'invalid-input',
    'options.mode',
    /int3/,
  );
  await assertRejects(
    there.quantize(model, { mode: 'static-int8' }),
    'missing-stats',
    'options.stats',
  );
  await assertRejects(there.frameToTensor({}, INPUT), 'invalid-input', 'frame');
  await assertRejects(there.compare(model, model, 7), 'invalid-input', 'samples', /7/);
  await assertRejects(there.compare(model, model, []), 'invalid-input', 'samples');
  await assertRejects(
    there.compare(model, model, [samples[0], samples[0].subarray(1)]),
    'invalid-input',
    /^samples\[1\]/,
  );
  await assertRejects(there.benchmark(model, { runs: 0 }), 'invalid-input', 'options.runs');
  const session = await there.createSession(model);
  await assertRejects(session.profile(), 'invalid-input', 'session.profile');
  await assertRejects(
    session.run(() => {}),
    'invalid-input',
    'run',
    /cloned/,
  );
  assert.ok(await session.run(samples[0]));
  await assertRejects(loadThere({ variant: 'sse' }), 'invalid-input', 'options.variant');
  await assertRejects(loadThere({ wasmUrl: '/nowhere/' }), 'invalid-input', 'options.wasmUrl');
});

test('buffers are copied, or transferred when asked', async () => {
  const session = await there.createSession(model);
  const whole = samples[0].slice();
  await session.run(whole);
  assert.equal(whole.length, samples[0].length);
  await session.run(whole, { transfer: true });
  assert.equal(whole.length, 0);
  const named = { image: samples[0].slice() };
  await session.run(named, { transfer: true });
  assert.equal(named.image.length, 0);
  const pair = new Float32Array(2 * samples[0].length);
  await session.run(pair.subarray(samples[0].length), { transfer: true });
  assert.equal(pair.length, 2 * samples[0].length);
  const file = model.slice();
  const { bytes } = await there.quantize(file, { mode: 'fp16', transfer: true });
  assert.equal(file.length, 0);
  assert.equal(bytes.buffer.byteLength, bytes.length);
});

test('progress goes from the first step to the last', async () => {
  const calls = {
    comparing: (options) => there.compare(model, model, samples, options),
    measuring: (options) => there.benchmark(model, { runs: 20, warmup: 4, ...options }),
    calibrating: async (options) =>
      (await there.createCalibrator(model)).observeAll(samples, options),
    running: async (options) => (await there.createSession(model)).runAll(samples, options),
  };
  for (const [label, call] of Object.entries(calls)) {
    const told = [];
    await call({ onProgress: (...progress) => told.push(progress) });
    assert.deepEqual(told.at(-1), [24, 24, label]);
    for (let i = 1; i < told.length; ++i) assert.ok(told[i][0] > told[i - 1][0]);
  }
});

test('a signal ends long calls at once, and everything stays usable', async (t) => {
  const { found, goesOn } = await timeAborts(there, model, samples);
  assert.ok(goesOn);
  for (const [name, { ms, isRight }] of Object.entries(found)) {
    t.diagnostic(`${name}: ${ms.toFixed(1)} ms`);
    assert.ok(isRight, name);
    assert.ok(ms < AT_ONCE_MS, `${name}: ${ms} ms`);
  }
});

test('a signal that was given before ends a call before it begins, for its own reason', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  const session = await there.createSession(model);
  const calls = [
    there.benchmark(model, { signal }),
    there.compare(model, model, samples, { signal }),
    session.runAll(samples, { signal }),
  ];
  for (const call of calls) await assert.rejects(call, /^Error: enough$/);
});

test('a model may be a file, which the worker reads', async () => {
  const file = new Blob([model]);
  assert.deepEqual(await there.inspect(file), here.inspect(model));
  const { bytes } = await there.quantize(file, { mode: 'fp16', transfer: true });
  assert.deepEqual(bytes, here.quantize(model, { mode: 'fp16' }).bytes);
  assert.deepEqual(
    await there.compare(file, new File([bytes], 'half.tflite'), samples),
    here.compare(model, bytes, samples),
  );
  await assertRejects(there.inspect(new Blob(['no model'])), 'invalid-model', /./);
});

test('the signal also ends a single call that waits its turn', async () => {
  const session = await there.createSession(model);
  const stop = new AbortController();
  const first = session.run(samples[0]);
  const second = session.run(samples[0], { signal: stop.signal });
  stop.abort();
  await assert.rejects(second, { name: 'AbortError' });
  assert.ok(await first);
});

test('when the worker stops, what is pending is rejected, and another one can be loaded', async () => {
  const wq = await loadThere();
  const session = await wq.createSession(model);
  const pending = [
    wq.benchmark(model, { runs: FOREVER }),
    session.run(samples[0]),
    wq.compare(model, model, samples),
  ];
  const rejected = pending.map((call) => assertRejects(call, 'internal', 'worker', /exit code/));
  await started.at(-1).terminate();
  await Promise.all(rejected);
  await assertRejects(session.run(samples[0]), 'internal', 'worker');
  await assertRejects(wq.inspect(model), 'internal', 'worker');
  const another = await loadThere();
  assert.equal((await another.inspect(model)).ops.length, 19);
  await another.dispose();
});

test('dispose ends the worker and what waits for it', async () => {
  const wq = await loadThere();
  const exited = new Promise((resolve) => started.at(-1).once('exit', resolve));
  const alive = setInterval(() => {}, 1000);
  const pending = wq.benchmark(model, { runs: FOREVER });
  const rejected = assertRejects(pending, 'invalid-input', 'webquant', /dispose/);
  await wq.dispose();
  await wq.dispose();
  await rejected;
  await exited;
  clearInterval(alive);
  await assertRejects(wq.inspect(model), 'invalid-input', 'webquant', /dispose/);
});

test('an idle worker does not keep the process alive', async () => {
  const hook = fileURLToPath(new URL('../../scripts/packed.mjs', import.meta.url));
  const code = `import { loadInWorker } from 'webquant/worker';
    const wq = await loadInWorker();
    console.log(wq.info.version);`;
  const args = ['--import', hook, '--input-type=module', '-e', code];
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd });
  assert.equal(stdout.trim(), here.info.version);
  assert.equal(stderr, '');
});
