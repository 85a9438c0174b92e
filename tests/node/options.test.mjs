// An option that does not exist is an error of every public call, which names the option that was probably meant.

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { load } from 'webquant';
import { loadInWorker } from 'webquant/worker';
import { assertRejects, assertThrows } from './support/errors.mjs';
import { INPUT, loadHere, model, sample } from './support/glyphs.mjs';

const wq = await loadHere();
const there = await loadInWorker({ variant: wq.info.variant });
after(() => there.dispose());
const input = sample(wq);
const samples = [input];
const frame = { data: new Uint8Array(3), width: 1, height: 1 };
const session = wq.createSession(model);
const calibrator = wq.createCalibrator(model);
const remoteSession = await there.createSession(model);
const remoteCalibrator = await there.createCalibrator(model);

/** What a misspelt option is refused with. */
const meant = (name) => new RegExp(`there is no such option: .*did you mean "${name}"\\?$`);

/** By call: the call with options, the name of one of them as it is misspelt, and as it is. */
const calls = {
  createSession: [(o) => wq.createSession(model, o), 'bacth', 'batch'],
  createCalibrator: [(o) => wq.createCalibrator(model, o), 'metod', 'method'],
  quantize: [(o) => wq.quantize(model, { mode: 'fp16', ...o }), 'exlude', 'exclude'],
  compare: [(o) => wq.compare(model, model, samples, o), 'label', 'labels'],
  quantizeToTarget: [
    (o) => wq.quantizeToTarget(model, { samples, ...o }),
    'maxShift',
    'maxShiftPercent',
  ],
  benchmark: [(o) => wq.benchmark(model, o), 'warmUp', 'warmup'],
  frameToTensor: [(o) => wq.frameToTensor(frame, { ...INPUT, ...o }), 'means', 'mean'],
  'session.run': [(o) => session.run(input, o), 'quantiseIo', 'quantizeIo'],
  'calibrator.ranges': [(o) => calibrator.ranges(o), 'activation', 'activations'],
};

/** The same of a worker, and what only such calls take. */
const remoteCalls = {
  load: [(o) => load(o), 'wasmURL', 'wasmUrl'],
  loadInWorker: [(o) => loadInWorker(o), 'varient', 'variant'],
  operators: [(o) => there.operators(o), 'sigal', 'signal'],
  inspect: [(o) => there.inspect(model, o), 'transfers', 'transfer'],
  createSession: [(o) => there.createSession(model, o), 'bacth', 'batch'],
  createCalibrator: [(o) => there.createCalibrator(model, o), 'metod', 'method'],
  quantize: [(o) => there.quantize(model, { mode: 'fp16', ...o }), 'exlude', 'exclude'],
  compare: [(o) => there.compare(model, model, samples, o), 'onProgess', 'onProgress'],
  quantizeToTarget: [
    (o) => there.quantizeToTarget(model, { samples, ...o }),
    'maxShift',
    'maxShiftPercent',
  ],
  benchmark: [(o) => there.benchmark(model, o), 'run', 'runs'],
  frameToTensor: [(o) => there.frameToTensor(frame, { ...INPUT, ...o }), 'means', 'mean'],
  'session.run': [(o) => remoteSession.run(input, o), 'intro', 'into'],
  'session.runAll': [(o) => remoteSession.runAll(samples, o), 'quantiseIo', 'quantizeIo'],
  'calibrator.observe': [(o) => remoteCalibrator.observe(input, o), 'tranfser', 'transfer'],
  'calibrator.observeAll': [
    (o) => remoteCalibrator.observeAll(samples, o),
    'progress',
    'onProgress',
  ],
  'calibrator.ranges': [(o) => remoteCalibrator.ranges(o), 'activation', 'activations'],
};

test('in this thread', () => {
  for (const [call, misspelt, name] of Object.values(calls)) {
    const where = `options.${misspelt}`;
    assertThrows(() => call({ [misspelt]: undefined }), 'invalid-input', where, meant(name));
    assert.doesNotThrow(() => call({}));
  }
  assert.equal(calibrator.samples, 0);
});

test('in a worker, and of loading', async () => {
  for (const [call, misspelt, name] of Object.values(remoteCalls)) {
    const where = `options.${misspelt}`;
    await assertRejects(call({ [misspelt]: undefined }), 'invalid-input', where, meant(name));
    // What cannot be sent is refused for its name all the same.
    await assertRejects(call({ [misspelt]: () => {} }), 'invalid-input', where, meant(name));
  }
  assert.equal((await remoteCalibrator.stats()).samples, 0);
});

test('what is like nothing known is refused with the list', () => {
  assertThrows(
    () => wq.frameToTensor(frame, { ...INPUT, gray: true }),
    'invalid-input',
    'options.gray',
    /no such option: expected "width", .* or "dtype"$/,
  );
  assertThrows(
    () => wq.benchmark(model, { toString: 1 }),
    'invalid-input',
    'options.toString',
    /expected "runs" or "warmup"$/,
  );
  assertThrows(() => wq.benchmark(model, [5]), 'invalid-input', 'options.0', /"runs"/);
});

test('options of another call are unknown too', async () => {
  await assertRejects(
    there.createSession(model, { onProgress: () => {} }),
    'invalid-input',
    'options.onProgress',
  );
  await assertRejects(
    remoteSession.runAll(samples, { into: {} }),
    'invalid-input',
    'options.into',
    /"quantizeIo", "signal", "transfer" or "onProgress"/,
  );
});

test('options of the wrong kind are refused in a worker, too', async () => {
  const wrong = { signal: 7, transfer: 'yes', onProgress: 'loud' };
  for (const [name, value] of Object.entries(wrong))
    await assertRejects(
      there.compare(model, model, samples, { [name]: value }),
      'invalid-input',
      `options.${name}`,
    );
  await assertRejects(there.benchmark(model, null), 'invalid-input', 'options', /null/);
  await assertRejects(there.inspect(model, 5), 'invalid-input', 'options', /5/);
});

test('options inside of options are checked as well', async () => {
  const wasm = dirname(fileURLToPath(import.meta.resolve('webquant/wasm/webquant-simd.wasm')));
  const { checkOptions } = await import(pathToFileURL(join(wasm, '../api/arguments.js')));
  const table = { mode: true, int4: { include: true } };
  assertThrows(
    () => checkOptions('options', { int4: { inclde: [] } }, table),
    'invalid-input',
    'options.int4.inclde',
    meant('include'),
  );
  for (const accepted of [{}, { int4: true }, { int4: { include: [] } }, { mode: { any: 1 } }])
    checkOptions('options', accepted, table);
});
