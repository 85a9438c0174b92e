// The fall-back strategy: which version is taken, and that the figures are those of the version.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertThrows } from './support/errors.mjs';
import { loadHere, model, testSet } from './support/glyphs.mjs';
import { hostile } from './support/hostile.mjs';

const wq = await loadHere();
const all = testSet(wq);
const samples = all.samples.slice(0, 48);
const labels = all.labels.slice(0, 48);

function checkTried(
  { bytes, mode, report, tried },
  { maxShiftPercent = 1, reference = model } = {},
) {
  const taken = tried.filter((one) => one.sizeBytes === bytes.length && one.mode === mode);
  assert.ok(taken.length > 0);
  assert.equal(report.mode, mode);
  const { probabilityShift } = wq.compare(reference, bytes, samples);
  assert.ok(taken.some(({ shiftPercent }) => shiftPercent.mean === probabilityShift.meanPercent));
  for (const { shiftPercent, meetsTarget } of tried)
    assert.equal(meetsTarget, shiftPercent.mean <= maxShiftPercent);
}

test('static INT8 is taken where it is good enough', () => {
  const result = wq.quantizeToTarget(model, { samples, labels, maxShiftPercent: 5 });
  assert.equal(result.mode, 'static-int8');
  assert.equal(result.tried.length, 1);
  const [{ accuracy, options }] = result.tried;
  assert.deepEqual(options, {});
  assert.deepEqual(accuracy, wq.compare(model, result.bytes, samples, { labels }).accuracy);
  checkTried(result, { maxShiftPercent: 5 });
});

test('the fewest layers stay in float, and the same ones every time', () => {
  const { tried } = wq.quantizeToTarget(model, { samples, maxShiftPercent: 0 });
  const whole = tried.filter(({ mode, options }) => mode === 'static-int8' && !options.exclude);
  const maxShiftPercent = 0.95 * Math.min(...whole.map(({ shiftPercent }) => shiftPercent.mean));
  const result = wq.quantizeToTarget(model, { samples, maxShiftPercent });
  assert.equal(result.mode, 'static-int8');
  checkTried(result, { maxShiftPercent });
  const excluded = result.report.ops.filter(({ reason }) => reason === 'excluded');
  assert.ok(excluded.length >= 1);
  // With one layer less it was tried, and was not enough.
  const counts = (meets) =>
    result.tried
      .filter(({ options, meetsTarget }) => options.exclude && meetsTarget === meets)
      .map(({ options }) => options.exclude.length);
  const fewest = Math.min(...counts(true));
  assert.equal(excluded.length, fewest);
  assert.ok(fewest === 1 || counts(false).includes(fewest - 1));
  const again = wq.quantizeToTarget(model, { samples, maxShiftPercent });
  assert.deepEqual(again, result);
});

test('the float model runs once a sample to be compared with every version', () => {
  const options = { samples, maxShiftPercent: 0.05 };
  const expected = wq.quantizeToTarget(model, options);
  let runs;
  wq.createReference = (bytes) => {
    const reference = Object.getPrototypeOf(wq).createReference.call(wq, bytes);
    const dispose = reference.dispose.bind(reference);
    reference.dispose = () => {
      runs = reference.runs;
      dispose();
    };
    return reference;
  };
  try {
    assert.deepEqual(wq.quantizeToTarget(model, options), expected);
  } finally {
    delete wq.createReference;
  }
  assert.ok(expected.tried.length > 4);
  assert.equal(runs, samples.length);
});

test('a target that INT8 cannot meet leaves FP16', () => {
  const result = wq.quantizeToTarget(model, { samples, maxShiftPercent: 0.05 });
  assert.equal(result.mode, 'fp16');
  checkTried(result, { maxShiftPercent: 0.05 });
  const modes = new Set(result.tried.map(({ mode }) => mode));
  assert.deepEqual([...modes], ['static-int8', 'dynamic-int8', 'fp16']);
  // Not even FP16 is the float model itself: it is taken nevertheless, and says so.
  const { mode, tried } = wq.quantizeToTarget(model, { samples, maxShiftPercent: 0 });
  assert.equal(mode, 'fp16');
  assert.equal(tried.at(-1).meetsTarget, false);
});

test('size takes the smaller one of dynamic INT8 and static INT8 with layers in float', () => {
  const maxShiftPercent = 0.3;
  const options = { samples, maxShiftPercent };
  const [speed, size] = ['speed', 'size'].map((prefer) =>
    wq.quantizeToTarget(model, { ...options, prefer }),
  );
  for (const result of [speed, size]) checkTried(result, { maxShiftPercent });
  assert.ok(size.bytes.length <= speed.bytes.length);
  assert.ok(size.tried.at(-1).mode !== 'static-int8');
});

test('a model whose channels differ much in size keeps INT8', () => {
  const result = wq.quantizeToTarget(hostile, { samples, labels, maxShiftPercent: 3 });
  assert.equal(result.mode, 'static-int8');
  checkTried(result, { maxShiftPercent: 3, reference: hostile });
});

test('samples may come from a generator', () => {
  const options = { maxShiftPercent: 5 };
  const generated = (function* () {
    yield* samples;
  })();
  const expected = wq.quantizeToTarget(model, { ...options, samples });
  assert.deepEqual(wq.quantizeToTarget(model, { ...options, samples: generated }), expected);
});

test('arguments are checked', () => {
  const wrong = (options, where, message) =>
    assertThrows(() => wq.quantizeToTarget(model, options), 'invalid-input', where, message);
  wrong(undefined, 'options', /samples/);
  wrong({}, 'samples', /undefined/);
  wrong({ samples: [] }, 'samples', /at least one/);
  wrong({ samples, maxShiftPercent: -1 }, 'options.maxShiftPercent', /-1/);
  wrong({ samples, maxShiftPercent: '1' }, 'options.maxShiftPercent', /"1"/);
  wrong({ samples, prefer: 'accuracy' }, 'options.prefer', /"size" or "speed", got "accuracy"/);
  wrong({ samples, labels: [1] }, 'options.labels', /1 labels/);
  wrong({ samples: [new Float32Array(3)] }, /image/, /12288/);
  assertThrows(() => wq.quantizeToTarget('x', { samples }), 'invalid-input', 'bytes', /"x"/);
});
