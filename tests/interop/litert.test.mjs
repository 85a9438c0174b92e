// The judge itself: before it judges our files, it must give the recorded answers for files that are not ours, and say
// why it refuses one. Nothing here uses the library.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inputsOf, loadGolden, loadSamples, readModelFile, skip } from '../models/samples.mjs';
import { MODELS } from '../models/table.mjs';
import { accuracyOf, maxAbsolute } from './agreement.mjs';
import { startLiteRt } from './litert.mjs';
import { report } from './report.mjs';

let litert;
before(async () => {
  litert = await startLiteRt();
});
after(() => litert?.close());

const first = (sample) => Object.values(sample)[0];

test('a damaged file is refused with a reason, and the next file runs', async (t) => {
  const garbage = new Uint8Array(1000);
  await assert.rejects(() => litert.run(garbage, []), /LiteRT\.js: .*[Ff]ailed to load/);
  if (skip) return t.diagnostic(skip);
  const [model] = MODELS;
  const inputs = [...inputsOf(loadSamples(model).all.slice(0, 1))];
  const [output] = await litert.run(readModelFile(model.float), inputs);
  assert.equal(first(output).length, 10);
});

test('a wrong input length is refused', { skip }, async () => {
  const bytes = readModelFile('ad01_fp32.tflite');
  await assert.rejects(() => litert.run(bytes, [new Float32Array(3)]), /1 samples need 2560 bytes/);
});

test('int8 ends are run as raw bytes', { skip }, async (t) => {
  const model = MODELS.find(({ name }) => name === 'kws');
  const samples = loadSamples(model).all;
  const zero = 83;
  const scale = 0.5847029089927673;
  const raw = samples.map(({ input }) =>
    Int8Array.from(input, (value) => Math.round(value / scale) + zero),
  );
  const official = model.official.find(({ kind }) => kind === 'int8');
  const outputs = (await litert.runRaw(readModelFile(official.file), raw)).map(first);
  const accuracy = accuracyOf(outputs, samples);
  report(t, { file: official.file, samples: samples.length, accuracy, known: official.accuracy });
  assert.ok(Math.abs(accuracy - official.accuracy) <= 0.005);
});

for (const model of MODELS.filter(({ golden }) => golden)) {
  test(`${model.name}: the reference outputs`, { skip }, async (t) => {
    const { inputs, outputs } = loadGolden(model);
    const theirs = await litert.run(readModelFile(model.float), inputs);
    const worst = maxAbsolute(theirs.map(first), outputs);
    report(t, { model: model.name, samples: inputs.length, worst });
    assert.ok(worst <= 1e-3, `outputs differ by ${worst}, 1e-3 is allowed`);
  });
}

test('timings', { skip }, async (t) => {
  const { medianMs, minMs, runs } = await litert.benchmark(
    readModelFile('ic_resnet8_fp32.tflite'),
    {
      runs: 20,
    },
  );
  report(t, { medianMs, minMs, runs, version: litert.version });
  assert.ok(minMs > 0 && medianMs >= minMs && runs === 20);
});
