// What our own static INT8 costs with every option at its default: accuracy on samples that did not calibrate.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { percent, report } from '../interop/report.mjs';
import { calibrate, runAll, startWebquant } from '../interop/sessions.mjs';
import { judge, split, worthOf } from './judging.mjs';
import { readModelFile, skip } from './samples.mjs';
import { MODELS } from './table.mjs';

/** What may be lost: half a point, or two samples where that is more. */
const LOSS = 0.005;
const SAMPLES_LOST = 2;
let wq;
const losses = [];

before(async () => {
  if (!skip) wq = await startWebquant();
});

for (const model of MODELS.filter(({ task }) => ['classify', 'anomaly'].includes(task))) {
  test(`${model.name}: static INT8 is at most half a point below FP32`, { skip }, (t) => {
    const float = readModelFile(model.float);
    const { calibration, evaluation } = split(model);
    const inputs = evaluation.map(({ input }) => input);
    const measure = (bytes) =>
      judge(model, runAll(wq, bytes, inputs, { quantizeIo: true }), evaluation);
    const stats = calibrate(
      wq,
      float,
      calibration.map(({ input }) => input),
    );
    const figures = {
      fp32: measure(float),
      'static-int8': measure(wq.quantize(float, { mode: 'static-int8', stats }).bytes),
    };
    const official = model.official.find(({ kind }) => kind !== 'dynamic-int8');
    if (official) figures.official = measure(readModelFile(official.file));
    const shown = Object.entries(figures).map(([kind, figure]) => [kind, percent(figure)]);
    report(t, {
      model: model.name,
      calibration: calibration.length,
      samples: evaluation.length,
      ...Object.fromEntries(shown),
    });
    const lost = figures.fp32 - figures['static-int8'];
    if (official) losses.push({ ours: lost, theirs: figures.fp32 - figures.official });
    const allowed = Math.max(LOSS, SAMPLES_LOST * worthOf(model, evaluation));
    // Exactly that much is allowed, whichever way the subtraction of binary fractions rounds.
    assert.ok(lost <= allowed + 1e-9, `static INT8 is ${percent(lost)} below FP32`);
  });
}

test("static INT8 loses less than Google's files, on average", { skip }, (t) => {
  const mean = (of) => losses.reduce((sum, loss) => sum + loss[of], 0) / losses.length;
  report(t, {
    models: losses.length,
    ours: percent(mean('ours')),
    theirs: percent(mean('theirs')),
  });
  assert.ok(losses.length > 0);
  assert.ok(mean('ours') < mean('theirs'));
});
