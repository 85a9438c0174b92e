// Accuracy repair: what quantization does to a model whose channels differ much in size, and what undoes it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadHere, model, testSet } from './support/glyphs.mjs';
import { hostile, unclamped } from './support/hostile.mjs';

const wq = await loadHere();
const { samples, labels } = testSet(wq);

function calibrate(bytes, options) {
  const calibrator = wq.createCalibrator(bytes, options);
  for (const sample of samples.slice(0, 64)) calibrator.observe(sample);
  const stats = calibrator.stats();
  calibrator.dispose();
  return stats;
}

const accuracyOf = (bytes) => wq.compare(hostile, bytes, samples, { labels }).accuracy;
const perTensor = { mode: 'static-int8', granularity: 'per-tensor' };

test('the hostile model computes, bit by bit, what it was made of', () => {
  const { outputs } = wq.compare(unclamped, hostile, samples);
  assert.equal(outputs.probabilities.maxAbs, 0);
  assert.notDeepEqual(hostile, unclamped);
});

test('without the clamp at 6 the glyph model is as good', () => {
  const { accuracy, outputs } = wq.compare(model, unclamped, samples, { labels });
  assert.ok(accuracy.candidate > accuracy.reference - 0.02, JSON.stringify(accuracy));
  assert.ok(outputs.probabilities.top1Agreement > 0.98, JSON.stringify(outputs));
});

for (const method of ['minmax', 'mse']) {
  test(`equalization repairs what one scale a tensor ruins (${method})`, (t) => {
    const stats = calibrate(hostile, { method });
    const measure = (options) =>
      accuracyOf(wq.quantize(hostile, { ...perTensor, stats, ...options }).bytes);
    const plain = measure({ biasCorrection: false });
    const equalized = measure({ biasCorrection: false, equalize: true });
    const both = measure({ equalize: true });
    t.diagnostic(JSON.stringify({ plain, equalized, both }));
    assert.ok(plain.candidate < 0.6 * plain.reference, JSON.stringify(plain));
    assert.ok(equalized.candidate > equalized.reference - 0.02, JSON.stringify(equalized));
    assert.ok(both.candidate > both.reference - 0.02, JSON.stringify(both));
  });
}

test('repairs do not change the size of the file, nor depend on anything but the input', () => {
  const stats = calibrate(model);
  const quantize = (options) =>
    wq.quantize(model, { mode: 'static-int8', stats, ...options }).bytes;
  const plain = quantize({ biasCorrection: false });
  for (const options of [{}, { equalize: true }]) {
    const repaired = quantize(options);
    assert.ok(Math.abs(repaired.length - plain.length) < 0.01 * plain.length);
    assert.notDeepEqual(repaired, plain);
    assert.deepEqual(quantize(options), repaired);
  }
});
