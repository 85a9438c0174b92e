// Accuracy repair: what quantization does to a model whose channels differ much in size, and what undoes it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadHere, model, testSet } from './support/glyphs.mjs';
import { hostileCopy } from './support/hostile.mjs';

const wq = await loadHere();
const { samples, labels } = testSet(wq);
const hostile = hostileCopy(model);

function calibrate(bytes, options) {
  const calibrator = wq.createCalibrator(bytes, options);
  for (const sample of samples.slice(0, 64)) calibrator.observe(sample);
  const stats = calibrator.stats();
  calibrator.dispose();
  return stats;
}

const accuracyOf = (bytes) => wq.compare(hostile, bytes, samples, { labels }).accuracy;
const perTensor = { mode: 'static-int8', granularity: 'per-tensor' };

test('the hostile model is as good as the one that it was made of', () => {
  const { reference, candidate } = wq.compare(hostile, model, samples, { labels }).accuracy;
  assert.ok(reference > candidate - 0.02, `${reference} instead of ${candidate}`);
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
