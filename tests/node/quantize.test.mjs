import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relaxedSimd } from 'wasm-feature-detect';
import { load } from 'webquant';
import { assertThrows } from './support/errors.mjs';
import {
  dynamicInt8,
  fp16,
  loadHere,
  model,
  staticInt8,
  stats,
  testSet,
} from './support/glyphs.mjs';

const wq = await loadHere();
const STATIC = { mode: 'static-int8', stats: stats(wq) };
const quantize = (options) => wq.quantize(model, options);
const decisions = ({ report }, decision) => report.ops.filter((op) => op.decision === decision);

test('the report tells sizes and what became of each operator', () => {
  const { ops } = wq.inspect(model);
  for (const [{ bytes, report }, mode] of [
    [fp16(wq), 'fp16'],
    [dynamicInt8(wq), 'dynamic-int8'],
    [staticInt8(wq), 'static-int8'],
  ]) {
    assert.ok(bytes instanceof Uint8Array);
    assert.equal(bytes.buffer.byteLength, bytes.length);
    assert.equal(report.mode, mode);
    assert.deepEqual(report.sizeBytes, { before: model.length, after: bytes.length });
    assert.deepEqual(
      report.ops.map(({ index, type, name }) => ({ index, type, name })),
      ops.map(({ index, type, name }) => ({ index, type, name })),
    );
    for (const { decision, reason } of report.ops) {
      assert.ok(['float32', 'float16', 'int8', 'dynamic-int8'].includes(decision));
      assert.ok(reason === undefined || reason.length > 0);
    }
    assert.deepEqual(report.warnings, []);
  }
  assert.ok(decisions(fp16(wq), 'float16').length > 0);
  assert.ok(decisions(dynamicInt8(wq), 'dynamic-int8').length > 0);
  assert.equal(decisions(staticInt8(wq), 'int8').length, ops.length);
});

test('files are as small as they should be', () => {
  const share = ({ bytes }) => bytes.length / model.length;
  assert.ok(share(fp16(wq)) <= 0.52, `FP16 is ${share(fp16(wq))} of FP32`);
  assert.ok(share(staticInt8(wq)) <= 0.3, `static INT8 is ${share(staticInt8(wq))} of FP32`);
  assert.ok(share(dynamicInt8(wq)) <= 0.3, `dynamic INT8 is ${share(dynamicInt8(wq))} of FP32`);
});

test('the versions are nearly as accurate as the float model', () => {
  const { samples, labels } = testSet(wq);
  for (const { bytes, report } of [fp16(wq), dynamicInt8(wq), staticInt8(wq)]) {
    const { accuracy } = wq.compare(model, bytes, samples, { labels });
    assert.ok(
      accuracy.candidate > accuracy.reference - 0.02,
      `${report.mode}: ${JSON.stringify(accuracy)}`,
    );
  }
});

test('the same input and options give the same bytes, in both variants and after other work', async () => {
  const made = [fp16(wq), dynamicInt8(wq), staticInt8(wq)].map(({ bytes }) => bytes);
  const modules = [wq, await load({ variant: 'simd' })];
  if (await relaxedSimd()) modules.push(await load({ variant: 'relaxed-simd' }));
  for (const module of modules) {
    const again = [{ mode: 'fp16' }, { mode: 'dynamic-int8' }, STATIC];
    again.forEach((options, i) => {
      assert.deepEqual(module.quantize(model, options).bytes, made[i]);
    });
  }
});

test('statistics may have been stored as JSON', () => {
  const stored = JSON.parse(JSON.stringify(STATIC.stats));
  assert.deepEqual(quantize({ ...STATIC, stats: stored }).bytes, staticInt8(wq).bytes);
});

test('the input bytes are left alone', () => {
  const copy = model.slice();
  quantize(STATIC);
  assert.deepEqual(model, copy);
});

test('io says the type of inputs and outputs', () => {
  for (const io of ['float32', 'int8', 'uint8']) {
    const { inputs, outputs } = wq.inspect(quantize({ ...STATIC, io }).bytes);
    assert.deepEqual([inputs[0].dtype, outputs[0].dtype], [io, io]);
    assert.deepEqual([inputs[0].name, outputs[0].name], ['image', 'probabilities']);
  }
});

test('granularity and activations change the file, and it still runs', () => {
  const { samples } = testSet(wq);
  const reference = staticInt8(wq).bytes;
  const perTensor = quantize({ ...STATIC, granularity: 'per-tensor' }).bytes;
  const symmetric = quantize({ ...STATIC, activations: 'symmetric', io: 'int8' }).bytes;
  assert.ok(perTensor.length < reference.length);
  assert.deepEqual(quantize({ ...STATIC, granularity: 'per-channel' }).bytes, reference);
  assert.deepEqual(quantize({ ...STATIC, activations: 'asymmetric' }).bytes, reference);
  assert.deepEqual(wq.inspect(symmetric).inputs[0].quantization.zeroPoint, [0]);
  for (const bytes of [perTensor, symmetric])
    assert.ok(wq.compare(model, bytes, samples.slice(0, 20)).outputs.probabilities.cosine > 0.8);
});

test('exclude keeps operators in float, by name or pattern', () => {
  const { ops } = wq.inspect(model);
  const first = ops[0].name;
  const kept = (options) =>
    decisions(quantize({ ...STATIC, ...options }), 'float32').map(({ name }) => name);
  assert.deepEqual(kept({ exclude: [] }), []);
  assert.deepEqual(kept({ exclude: [first] }), [first]);
  const last = ops.slice(-2).map(({ name }) => name);
  assert.deepEqual(kept({ exclude: last }), last);
  const depthwise = ops.filter(({ type }) => type === 'DEPTHWISE_CONV_2D').map(({ name }) => name);
  assert.deepEqual(kept({ exclude: [/depthwise$/] }), depthwise);
  const global = /depthwise$/g;
  global.lastIndex = 3;
  assert.deepEqual(kept({ exclude: [global] }), depthwise);
  const { report, bytes } = quantize({ ...STATIC, exclude: [first] });
  assert.ok(report.ops[0].reason);
  assert.ok(wq.createSession(bytes).run(testSet(wq).samples[0]));
});

test('an entry of exclude that means nothing is a warning', () => {
  const { report, bytes } = quantize({ ...STATIC, exclude: ['nothing', /^none$/] });
  assert.equal(report.warnings.length, 2);
  assert.match(report.warnings[0], /exclude\[0\].*"nothing"/);
  assert.match(report.warnings[1], /exclude\[1\].*\/\^none\$\//);
  assert.deepEqual(bytes, staticInt8(wq).bytes);
});

test('minElements leaves small constants in float', () => {
  const mode = 'dynamic-int8';
  const count = (minElements) => decisions(quantize({ mode, minElements }), 'dynamic-int8').length;
  assert.deepEqual(quantize({ mode, minElements: 1024 }).bytes, dynamicInt8(wq).bytes);
  assert.ok(count(0) > count(1024) && count(1024) > count(8000));
  assert.equal(count(10_000_000), 0);
});

test('options are checked', () => {
  const wrong = (options, where, message) =>
    assertThrows(() => quantize(options), 'invalid-input', where, message);
  wrong(undefined, 'options', /mode/);
  wrong('fp16', 'options', /"fp16"/);
  wrong({}, 'options.mode', /undefined/);
  wrong({ mode: 'int8' }, 'options.mode', /"fp16", "dynamic-int8" or "static-int8", got "int8"/);
  wrong({ ...STATIC, io: 'int16' }, 'options.io', /"int16"/);
  wrong({ mode: 'fp16', io: 'int8' }, 'options.io', /static-int8/);
  wrong({ ...STATIC, granularity: 'channel' }, 'options.granularity', /"channel"/);
  wrong({ ...STATIC, activations: true }, 'options.activations', /true/);
  wrong({ mode: 'dynamic-int8', minElements: -1 }, 'options.minElements', /-1/);
  wrong({ mode: 'dynamic-int8', minElements: Number.NaN }, 'options.minElements', /NaN/);
  wrong({ mode: 'fp16', exclude: 'conv' }, 'options.exclude', /"conv"/);
  wrong({ mode: 'fp16', exclude: [3] }, 'options.exclude[0]', /3/);
});

test('statistics are checked', () => {
  const { tensors } = STATIC.stats;
  const wrong = (change, code, where, message) =>
    assertThrows(() => quantize({ ...STATIC, stats: change }), code, where, message);
  wrong(undefined, 'missing-stats', 'options.stats');
  wrong({ ...STATIC.stats, samples: 0 }, 'missing-stats', 'options.stats', /sample/);
  const { [wq.inspect(model).ops[3].name]: _, ...others } = tensors;
  wrong({ ...STATIC.stats, tensors: others }, 'missing-stats', /./);
  wrong({ ...STATIC.stats, tensors: {} }, 'missing-stats', /./);
  wrong(null, 'invalid-input', 'options.stats', /null/);
  wrong([], 'invalid-input', 'options.stats', /array/);
  wrong({ ...STATIC.stats, version: 9 }, 'invalid-input', 'options.stats.version', /9/);
  wrong({ ...STATIC.stats, method: 'guess' }, 'invalid-input', 'options.stats.method', /"guess"/);
  wrong({ ...STATIC.stats, samples: -1 }, 'invalid-input', 'options.stats.samples', /-1/);
  wrong({ ...STATIC.stats, tensors: 7 }, 'invalid-input', 'options.stats.tensors', /7/);
  const image = 'options.stats.tensors["image"]';
  wrong(
    { ...STATIC.stats, tensors: { ...tensors, image: { min: 0, max: null } } },
    'invalid-input',
    image,
    /null/,
  );
  wrong(
    { ...STATIC.stats, tensors: { ...tensors, image: { min: 1, max: 0 } } },
    'invalid-input',
    image,
    /order/,
  );
});

test('a model that is quantized already is refused', () => {
  for (const { bytes } of [fp16(wq), dynamicInt8(wq), staticInt8(wq)])
    assertThrows(() => wq.quantize(bytes, { mode: 'fp16' }), 'invalid-input', /./, /quantized/);
});
