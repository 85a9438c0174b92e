import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeStats } from 'webquant';
import { assertThrows } from './support/errors.mjs';
import { loadHere, model, staticInt8, testSet } from './support/glyphs.mjs';

const wq = await loadHere();
const { samples } = testSet(wq);

function observed(...some) {
  const calibrator = wq.createCalibrator(model);
  for (const sample of some) calibrator.observe(sample);
  const stats = calibrator.stats();
  calibrator.dispose();
  return stats;
}

test('observe runs the float model and counts', () => {
  const calibrator = wq.createCalibrator(model);
  const session = wq.createSession(model);
  assert.equal(calibrator.samples, 0);
  assert.deepEqual(calibrator.inputs, session.inputs);
  assert.deepEqual(calibrator.outputs, session.outputs);
  const [expected, output] = [session.run(samples[0]), calibrator.observe(samples[0])];
  expected.probabilities.forEach((p, i) => {
    assert.ok(Math.abs(p - output.probabilities[i]) < 1e-5);
  });
  calibrator.observe({ image: samples[1] });
  calibrator.observe([samples[2]]);
  assert.equal(calibrator.samples, 3);
});

test('statistics are plain JSON with the range of every activation', () => {
  const stats = observed(samples[0], samples[1]);
  assert.deepEqual(JSON.parse(JSON.stringify(stats)), stats);
  assert.equal(stats.version, 1);
  assert.equal(stats.method, 'minmax');
  assert.equal(stats.samples, 2);
  for (const { min, max } of Object.values(stats.tensors)) assert.ok(min <= max);
  const both = [...samples[0], ...samples[1]];
  assert.deepEqual(stats.tensors.image, {
    min: both.reduce((a, b) => Math.min(a, b)),
    max: both.reduce((a, b) => Math.max(a, b)),
  });
  const activations = wq.inspect(model).ops.flatMap(({ outputs }) => outputs);
  for (const name of activations) assert.ok(name in stats.tensors, name);
});

test('the same samples give the same statistics, in any order', () => {
  assert.deepEqual(observed(samples[2], samples[0], samples[1]), observed(...samples.slice(0, 3)));
});

test('statistics merge as if one calibrator had seen all', () => {
  const parts = [0, 1, 2].map((i) => observed(samples[2 * i], samples[2 * i + 1]));
  const all = observed(...samples.slice(0, 6));
  const [a, b, c] = parts;
  const before = structuredClone(parts);
  assert.deepEqual(mergeStats(mergeStats(a, b), c), all);
  assert.deepEqual(mergeStats(c, mergeStats(b, a)), all);
  assert.deepEqual(mergeStats(all, observed()), all);
  assert.deepEqual(mergeStats(observed(), all), all);
  assert.deepEqual(parts, before);
});

test('statistics that do not belong together do not merge', () => {
  const stats = observed(samples[0]);
  const { image, ...others } = stats.tensors;
  const wrong = (b, code, where, message) =>
    assertThrows(() => mergeStats(stats, b), code, where, message);
  wrong({ ...stats, tensors: others }, 'invalid-input', 'b.tensors', /"image".*different models/);
  wrong(
    { ...stats, tensors: { ...stats.tensors, extra: image } },
    'invalid-input',
    'a.tensors',
    /"extra"/,
  );
  wrong({ ...stats, method: 'mse' }, 'invalid-input', 'b.method', /"minmax".*"mse"/);
  wrong({ ...stats, version: 2 }, 'invalid-input', 'b.version', /2/);
  wrong(undefined, 'invalid-input', 'b', /undefined/);
});

test('NaN and infinite data are refused, and the statistics stay as they were', () => {
  const calibrator = wq.createCalibrator(model);
  calibrator.observe(samples[0]);
  const before = calibrator.stats();
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const input = samples[1].slice();
    input[77] = bad;
    assertThrows(() => calibrator.observe(input), 'invalid-input', /image/, /NaN|inf/i);
    assert.deepEqual(calibrator.stats(), before);
  }
  calibrator.observe(samples[1]);
  assert.equal(calibrator.samples, 2);
  assert.deepEqual(calibrator.stats(), observed(samples[0], samples[1]));
});

test('options of a calibrator are checked', () => {
  const wrong = (options, where, message) =>
    assertThrows(() => wq.createCalibrator(model, options), 'invalid-input', where, message);
  wrong({ method: 'median' }, 'options.method', /"minmax".*"median"/);
  wrong({ percentile: Number.NaN }, 'options.percentile', /NaN/);
  wrong({ percentile: 101 }, 'options.percentile', /101/);
  wrong({ momentum: 1 }, 'options.momentum', /1/);
  wrong({ bins: 2.5 }, 'options.bins', /2\.5/);
  wrong(42, 'options', /42/);
});

test('a model that is quantized already is refused', () => {
  assertThrows(
    () => wq.createCalibrator(staticInt8(wq).bytes),
    'invalid-input',
    'model',
    /quantized/,
  );
});
