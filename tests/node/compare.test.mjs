import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertThrows } from './support/errors.mjs';
import { fp16, loadHere, model, staticInt8, stats, testSet } from './support/glyphs.mjs';

const wq = await loadHere();
const { samples, labels } = testSet(wq);
const few = samples.slice(0, 16);
const argMax = (values) => values.indexOf(Math.max(...values));

test('a model equals itself', () => {
  const report = wq.compare(model, model, few);
  assert.equal(report.samples, 16);
  assert.equal(report.verdict, 'very-good');
  assert.deepEqual(report.probabilityShift, { meanPercent: 0, maxPercent: 0 });
  assert.deepEqual(Object.keys(report.outputs), ['probabilities']);
  const { maxAbs, meanAbs, mse, sqnrDb, cosine, top1Agreement, top5Agreement } =
    report.outputs.probabilities;
  assert.deepEqual([maxAbs, meanAbs, mse, sqnrDb], [0, 0, 0, Number.POSITIVE_INFINITY]);
  assert.deepEqual([top1Agreement, top5Agreement], [1, 1]);
  assert.ok(Math.abs(cosine - 1) < 1e-9);
  assert.equal(report.accuracy, undefined);
  assert.equal(report.layers, undefined);
});

test('the report agrees with the sessions', () => {
  const candidate = staticInt8(wq).bytes;
  const outputs = [model, candidate].map((bytes) => {
    const session = wq.createSession(bytes);
    return samples.map((sample) => session.run(sample).probabilities);
  });
  const report = wq.compare(model, candidate, samples, { labels });
  const share = (of) => samples.filter((_, i) => of(i)).length / samples.length;
  assert.deepEqual(report.accuracy, {
    reference: share((i) => argMax(outputs[0][i]) === labels[i]),
    candidate: share((i) => argMax(outputs[1][i]) === labels[i]),
  });
  const shifts = outputs[0].map((reference, i) => {
    const top = argMax(reference);
    return 100 * Math.abs(reference[top] - outputs[1][i][top]);
  });
  const { meanPercent, maxPercent } = report.probabilityShift;
  assert.ok(Math.abs(meanPercent - shifts.reduce((a, b) => a + b) / shifts.length) < 1e-4);
  assert.ok(Math.abs(maxPercent - Math.max(...shifts)) < 1e-4);
  const expected = meanPercent < 1 ? 'very-good' : meanPercent <= 3 ? 'acceptable' : 'reconsider';
  assert.equal(report.verdict, expected);
  const top1 = share((i) => argMax(outputs[0][i]) === argMax(outputs[1][i]));
  assert.ok(Math.abs(report.outputs.probabilities.top1Agreement - top1) < 1e-9);
});

test('a candidate may have int8 inputs and outputs: samples are real values', () => {
  const options = { mode: 'static-int8', stats: stats(wq) };
  const float = wq.compare(model, staticInt8(wq).bytes, few);
  const int8 = wq.compare(model, wq.quantize(model, { ...options, io: 'int8' }).bytes, few);
  // Both round the input to the same steps, but ties may go either way.
  const [a, b] = [int8, float].map(({ outputs }) => outputs.probabilities.cosine);
  assert.ok(a > 0.995 && Math.abs(a - b) < 0.005, `${a}, ${b}`);
});

test('samples come in all input forms, also one by one', () => {
  const expected = wq.compare(model, fp16(wq).bytes, few);
  const forms = few.map((sample, i) => [sample, { image: sample }, [sample]][i % 3]);
  assert.deepEqual(wq.compare(model, fp16(wq).bytes, forms), expected);
  const generator = (function* () {
    yield* few;
  })();
  assert.deepEqual(wq.compare(model, fp16(wq).bytes, generator), expected);
});

test('layers tells where the error comes from', () => {
  const { layers } = wq.compare(model, staticInt8(wq).bytes, few, { layers: true });
  const { ops } = wq.inspect(model);
  assert.ok(layers.length >= ops.length / 2);
  for (const { op, type, sqnrDb, cosine } of layers) {
    assert.equal(ops.find(({ name }) => name === op).type, type);
    assert.ok(sqnrDb > 0 && cosine > 0.5 && cosine <= 1.000001, `${op}: ${sqnrDb} dB, ${cosine}`);
  }
});

test('perSample tells of each sample alone', () => {
  const candidate = staticInt8(wq).bytes;
  const { perSample, ...rest } = wq.compare(model, candidate, few, { perSample: true });
  assert.deepEqual(wq.compare(model, candidate, few), rest);
  assert.equal(perSample.length, few.length);
  const [float, int8] = [model, candidate].map((bytes) => wq.createSession(bytes));
  few.forEach((sample, i) => {
    const alone = wq.compare(model, candidate, [sample]);
    const { top1Agreement: _, top5Agreement: __, ...figures } = alone.outputs.probabilities;
    const expected = float.run(sample).probabilities;
    assert.deepEqual(perSample[i], {
      outputs: {
        probabilities: {
          ...Object.fromEntries(
            ['maxAbs', 'meanAbs', 'mse', 'cosine', 'sqnrDb'].map((key) => [key, figures[key]]),
          ),
          range: Math.max(...expected) - Math.min(...expected),
        },
      },
      shiftPercent: alone.probabilityShift.meanPercent,
      reference: argMax(expected),
      candidate: argMax(int8.run(sample).probabilities),
    });
  });
  float.dispose();
  int8.dispose();
});

test('arguments are checked', () => {
  const wrong = (list, options, where, message) =>
    assertThrows(() => wq.compare(model, model, list, options), 'invalid-input', where, message);
  wrong([], undefined, 'samples', /at least one/);
  wrong(undefined, undefined, 'samples', /undefined/);
  wrong(few[0], undefined, 'samples', /Float32Array/);
  wrong([few[0], new Float32Array(3)], undefined, 'samples[1]["image"]', /12288/);
  wrong([few[0], new Int8Array(12288)], undefined, 'samples[1]["image"]', /Int8Array/);
  wrong(few, { labels: [1, 2] }, 'options.labels', /2 labels/);
  wrong(few.slice(0, 1), { labels: [1, 2] }, 'options.labels', /2 labels for 1/);
  wrong(few.slice(0, 1), { labels: [36] }, 'options.labels', /36/);
  wrong(few.slice(0, 1), { labels: [-1] }, 'options.labels[0]', /-1/);
  wrong(few.slice(0, 1), { labels: ['A'] }, 'options.labels[0]', /"A"/);
  wrong(few, { labels: 3 }, 'options.labels', /3/);
  wrong(few, { layers: 1 }, 'options.layers', /1/);
  wrong(few, { perSample: 'yes' }, 'options.perSample', /"yes"/);
  assertThrows(() => wq.compare('x', model, few), 'invalid-input', 'reference', /"x"/);
  assertThrows(() => wq.compare(model, [], few), 'invalid-input', 'candidate', /array/);
});

test('a benchmark measures what it says', () => {
  const report = wq.benchmark(model, { runs: 20, warmup: 2 });
  assert.equal(report.runs, 20);
  assert.ok(report.minMs > 0);
  assert.ok(report.minMs <= report.medianMs && report.medianMs <= report.p95Ms);
  const session = wq.createSession(model);
  const expected = Object.values(session.memory).map((bytes) => bytes / 1000);
  Object.values(report.memory).forEach((bytes, i) => {
    assert.ok(Math.abs(bytes / 1000 - expected[i]) < 1);
  });
  const int8 = wq.quantize(model, { mode: 'static-int8', stats: stats(wq), io: 'int8' }).bytes;
  assert.equal(wq.benchmark(int8).runs, 50);
  assert.equal(wq.benchmark(model, { runs: 1, warmup: 0 }).runs, 1);
});

test('options of a benchmark are checked', () => {
  const wrong = (options, where) =>
    assertThrows(() => wq.benchmark(model, options), 'invalid-input', where);
  wrong({ runs: 0 }, 'options.runs');
  wrong({ runs: Number.NaN }, 'options.runs');
  wrong({ warmup: -1 }, 'options.warmup');
  wrong(5, 'options');
});
