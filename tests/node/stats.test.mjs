// Calibration methods: what their statistics hold, that parts of a calibration merge into the whole, and what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeStats } from 'webquant';
import { assertThrows } from './support/errors.mjs';
import { loadHere, model, testSet } from './support/glyphs.mjs';

const wq = await loadHere();
const { samples, labels } = testSet(wq);
const METHODS = ['minmax', 'moving-average', 'percentile', 'entropy', 'mse'];
const METHODS_THAT_CUT = ['percentile', 'entropy', 'mse'];
const MERGEABLE = METHODS.filter((method) => method !== 'moving-average');

function observed(options, some) {
  const calibrator = wq.createCalibrator(model, options);
  for (const sample of some) calibrator.observe(sample);
  const stats = calibrator.stats();
  calibrator.dispose();
  return stats;
}

/** Numbers in [0, 1), the same every time. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

for (const method of METHODS) {
  test(`${method}: statistics are plain JSON, and quantize well`, () => {
    const stats = observed({ method }, samples.slice(0, 64));
    assert.equal(stats.version, 1);
    assert.equal(stats.method, method);
    assert.equal(stats.samples, 64);
    const stored = JSON.parse(JSON.stringify(stats));
    assert.deepEqual(stored, stats);
    for (const [name, { min, max, histogram }] of Object.entries(stats.tensors)) {
      assert.ok(min <= max, name);
      assert.equal(histogram !== undefined, METHODS_THAT_CUT.includes(method), name);
    }
    const { bytes } = wq.quantize(model, { mode: 'static-int8', stats: stored });
    assert.deepEqual(wq.quantize(model, { mode: 'static-int8', stats }).bytes, bytes);
    const { accuracy } = wq.compare(model, bytes, samples, { labels });
    assert.ok(accuracy.candidate >= accuracy.reference - 0.015, JSON.stringify(accuracy));
  });
}

for (const method of METHODS) {
  test(`${method}: ranges lie within what was seen, and are those of the file`, () => {
    const calibrator = wq.createCalibrator(model, { method });
    for (const sample of samples.slice(0, 16)) calibrator.observe(sample);
    const stats = calibrator.stats();
    const ranges = calibrator.ranges();
    assert.deepEqual(Object.keys(ranges), Object.keys(stats.tensors));
    for (const [name, { min, max }] of Object.entries(ranges)) {
      const seen = stats.tensors[name];
      assert.ok(seen.min <= min && min <= max && max <= seen.max, name);
    }
    const isCut = Object.entries(ranges).some(([name, { max }]) => max < stats.tensors[name].max);
    assert.equal(isCut, METHODS_THAT_CUT.includes(method));

    for (const activations of ['asymmetric', 'symmetric']) {
      const options = { mode: 'static-int8', io: 'int8', stats, activations };
      const [{ quantization }] = wq.inspect(wq.quantize(model, options).bytes).inputs;
      const { min, max } = calibrator.ranges({ activations }).image;
      const expected =
        activations === 'symmetric' ? Math.max(-min, max) / 127 : (max - Math.min(min, 0)) / 255;
      assert.ok(Math.abs(quantization.scale[0] / expected - 1) < 1e-6, activations);
    }
    assertThrows(
      () => calibrator.ranges({ activations: 'odd' }),
      'invalid-input',
      'options.activations',
      /"odd"/,
    );
    calibrator.dispose();
  });
}

for (const method of MERGEABLE) {
  test(`${method}: merging is associative and commutative, and gives what one pass gives`, () => {
    const parts = [0, 1, 2].map((i) => observed({ method }, samples.slice(5 * i, 5 * i + 5 - i)));
    const all = [0, 1, 2].flatMap((i) => samples.slice(5 * i, 5 * i + 5 - i));
    const whole = observed({ method }, all);
    const [a, b, c] = parts;
    const before = structuredClone(parts);
    assert.deepEqual(mergeStats(mergeStats(a, b), c), whole);
    assert.deepEqual(mergeStats(a, mergeStats(b, c)), whole);
    assert.deepEqual(mergeStats(c, mergeStats(b, a)), whole);
    assert.deepEqual(mergeStats(whole, observed({ method }, [])), whole);
    assert.deepEqual(parts, before);
  });

  test(`${method}: merges samples of very different sizes`, () => {
    const random = randomNumbers(7);
    const scaled = samples
      .slice(0, 6)
      .map((sample) => sample.map((value) => value * 2 ** Math.floor(12 * random() - 6)));
    const parts = [scaled.slice(0, 2), scaled.slice(2, 3), scaled.slice(3)].map((part) =>
      observed({ method, bins: 64 }, part),
    );
    assert.deepEqual(parts.reduceRight(mergeStats), observed({ method, bins: 64 }, scaled));
  });
}

test('histograms count every value', () => {
  const stats = observed({ method: 'mse', bins: 100 }, samples.slice(0, 3));
  assert.equal(stats.bins, 100);
  const { image } = stats.tensors;
  assert.ok(image.histogram.counts.length <= 100);
  assert.equal(
    image.histogram.counts.reduce((sum, count) => sum + count),
    3 * samples[0].length,
  );
});

test('a percentile leaves out outliers that min-max keeps', () => {
  const spoilt = samples[0].slice();
  spoilt[5] = 1000;
  const data = [...samples.slice(0, 9), spoilt];
  const scaleOf = (options) => {
    const stats = observed(options, data);
    const { bytes } = wq.quantize(model, { mode: 'static-int8', stats, io: 'int8' });
    return wq.inspect(bytes).inputs[0].quantization.scale[0];
  };
  assert.ok(scaleOf({}) > 1000 / 256);
  assert.ok(scaleOf({ method: 'percentile' }) < 0.1);
  assert.ok(scaleOf({ method: 'percentile', percentile: 100 }) > 1000 / 256);
});

test('a moving average weighs samples, and does not merge', () => {
  const spoilt = samples[0].map((value) => 10 * value);
  const options = { method: 'moving-average', momentum: 0.5 };
  const { image } = observed(options, [spoilt, ...samples.slice(0, 8)]).tensors;
  const { image: all } = observed({}, [spoilt, ...samples.slice(0, 8)]).tensors;
  assert.ok(image.max < 0.2 * all.max, `${image.max} of ${all.max}`);
  const stats = observed(options, samples.slice(0, 1));
  assert.equal(stats.momentum, 0.5);
  assertThrows(() => mergeStats(stats, stats), 'unsupported', 'a.method', /order of the samples/);
});

test('statistics of other options do not merge', () => {
  const some = samples.slice(0, 1);
  const percentile = (value) => observed({ method: 'percentile', percentile: value }, some);
  const wrong = (a, b, where, message) =>
    assertThrows(() => mergeStats(a, b), 'invalid-input', where, message);
  wrong(percentile(99), percentile(98), 'b.percentile', /99.*98/);
  wrong(observed({ method: 'mse' }, some), percentile(99), 'b.method', /"mse".*"percentile"/);
  const bins = (value) => observed({ method: 'mse', bins: value }, some);
  wrong(bins(64), bins(128), 'b.bins', /64.*128/);
});

test('statistics may lack their details, which then repairs ask for', () => {
  const { details, ...plain } = observed({}, samples.slice(0, 32));
  assert.ok(details.image);
  const options = { mode: 'static-int8', stats: plain };
  const whole = { mode: 'static-int8', stats: { ...plain, details } };
  const uncorrected = wq.quantize(model, { ...whole, biasCorrection: false });
  assert.deepEqual(wq.quantize(model, options).bytes, uncorrected.bytes);
  assert.notDeepEqual(wq.quantize(model, whole).bytes, uncorrected.bytes);
  for (const repair of ['equalize', 'biasCorrection']) {
    const wanted = { ...options, [repair]: true };
    const where = 'options.stats.details';
    assertThrows(() => wq.quantize(model, wanted), 'missing-stats', where, RegExp(repair));
    const fp16 = { mode: 'fp16', [repair]: true };
    assertThrows(() => wq.quantize(model, fp16), 'invalid-input', `options.${repair}`, /static/);
    const text = { ...options, [repair]: 'yes' };
    assertThrows(() => wq.quantize(model, text), 'invalid-input', `options.${repair}`, /"yes"/);
  }
  assert.equal(mergeStats(plain, { ...plain, details }).details, undefined);
});

test('damaged statistics are refused, saying where', () => {
  const stats = observed({ method: 'mse' }, samples.slice(0, 2));
  const name = 'image';
  const wrong = (change, where, message) => {
    const damaged = structuredClone(stats);
    change(damaged, damaged.tensors[name].histogram, damaged.details[name]);
    const options = { mode: 'static-int8', stats: damaged };
    const place = `options.stats.${where}`;
    assertThrows(() => wq.quantize(model, options), 'invalid-input', place, message);
  };
  const histogram = `tensors["${name}"].histogram`;
  const details = `details["${name}"]`;
  wrong((s) => (s.percentile = 0), 'percentile', /0/);
  wrong((s) => (s.bins = 3), 'bins', /3/);
  wrong((s) => (s.momentum = 2), 'momentum', /2/);
  wrong((s) => (s.tensors[name].histogram = 5), histogram, /5/);
  wrong((_, h) => (h.exponent = 0.5), `${histogram}.exponent`, /0\.5/);
  wrong((_, h) => (h.exponent = 2000), `${histogram}.exponent`, /2000/);
  wrong((_, h) => (h.first = 1e12), `${histogram}.first`, /1000000000000/);
  wrong((_, h) => (h.first = null), `${histogram}.first`, /null/);
  wrong((_, h) => (h.counts[3] = -1), `${histogram}.counts`, /-1/);
  wrong((_, h) => (h.counts[3] = 'a'), `${histogram}.counts`, /"a" at 3/);
  wrong((_, h) => (h.counts = {}), `${histogram}.counts`, /Object/);
  wrong((_, h) => (h.counts = Array(5000).fill(1)), `${histogram}.counts`, /2048.*5000/);
  wrong((s) => (s.details = []), 'details', /array/);
  wrong((s) => (s.details[name] = null), details, /null/);
  wrong((_, __, d) => (d.minSum = 'x'), details, /"x"/);
  wrong((_, __, d) => (d.channels = 1), `${details}.channels`, /1/);
  wrong((_, __, d) => d.channels.min.pop(), `${details}.channels`, /2, 3, 3/);
  wrong((_, __, d) => (d.channels.sum[1] = Number.NaN), `${details}.channels.sum`, /NaN at 1/);
});
