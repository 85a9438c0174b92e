// Float models: outputs as LiteRT.js gives them, as the recorded reference has them, and the known accuracy.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accuracyOf, maxAbsolute } from '../interop/agreement.mjs';
import { startLiteRt } from '../interop/litert.mjs';
import { checkFloat } from '../interop/quantized_checks.mjs';
import { percent, report } from '../interop/report.mjs';
import { runAll, startWebquant } from '../interop/sessions.mjs';
import { inputsOf, loadGolden, loadSamples, modelFiles, readModelFile, skip } from './samples.mjs';
import { MODELS } from './table.mjs';

const SAMPLES = 16;
let wq;
let litert;

before(async () => {
  if (skip) return;
  wq = await startWebquant();
  litert = await startLiteRt();
});
after(() => litert?.close());

test('every model file is in the table', { skip }, () => {
  const known = MODELS.flatMap(({ float, official }) => [
    float,
    ...official.map(({ file }) => file),
  ]);
  assert.deepEqual(modelFiles(), known.sort());
});

for (const model of MODELS) {
  test(`${model.name}: float outputs agree with LiteRT.js`, { skip }, async (t) => {
    await checkFloat(t, {
      wq,
      litert,
      bytes: readModelFile(model.float),
      inputs: [...inputsOf(loadSamples(model).evaluation.slice(0, SAMPLES))],
      classes: model.task === 'classify',
    });
  });
}

for (const model of MODELS.filter(({ golden }) => golden)) {
  test(`${model.name}: float outputs agree with the reference`, { skip }, (t) => {
    const { inputs, outputs } = loadGolden(model);
    const worst = maxAbsolute(runAll(wq, readModelFile(model.float), inputs), outputs);
    report(t, { model: model.name, samples: inputs.length, worst });
    assert.ok(worst <= 1e-3, `outputs differ by ${worst}, 1e-3 is allowed`);
  });
}

for (const model of MODELS.filter(({ accuracy }) => accuracy)) {
  test(`${model.name}: float accuracy is the known one`, { skip }, (t) => {
    const samples = loadSamples(model).all;
    const outputs = runAll(wq, readModelFile(model.float), inputsOf(samples));
    const accuracy = accuracyOf(outputs, samples);
    const known = percent(model.accuracy);
    report(t, { model: model.name, samples: samples.length, ours: percent(accuracy), known });
    const difference = Math.abs(accuracy - model.accuracy);
    assert.ok(difference <= 0.01, `${percent(accuracy)} is more than a point away from ${known}`);
  });
}
