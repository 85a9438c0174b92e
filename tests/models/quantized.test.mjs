// The files that quantize() writes for real models: they load and run in LiteRT.js with the same answers as in a session
// of our own, and they are as small as promised.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startLiteRt } from '../interop/litert.mjs';
import { checkDynamic, checkFp16, checkStatic } from '../interop/quantized_checks.mjs';
import { percent, report } from '../interop/report.mjs';
import { calibrate, startWebquant } from '../interop/sessions.mjs';
import { CALIBRATION_SAMPLES, inputsOf, loadSamples, readModelFile, skip } from './samples.mjs';
import { MODELS, SETS } from './table.mjs';

// Photos take long.
const sampleCount = ({ set }) => (SETS[set].folder ? 16 : 64);
// Below this size the parts of a file that are not weights weigh too much for the promised reduction.
const SIZE_COUNTS_FROM = 500_000;

let wq;
let litert;

before(async () => {
  if (skip) return;
  wq = await startWebquant();
  litert = await startLiteRt();
});
after(() => litert?.close());

for (const model of MODELS) {
  describe(`${model.name} quantized`, { skip }, () => {
    let files;
    let setup;

    before(() => {
      const float = readModelFile(model.float);
      const { calibration, evaluation } = loadSamples(model);
      const stats = calibrate(wq, float, inputsOf(calibration.slice(0, CALIBRATION_SAMPLES)));
      files = {
        float,
        fp16: wq.quantize(float, { mode: 'fp16' }).bytes,
        dynamic: wq.quantize(float, { mode: 'dynamic-int8' }).bytes,
        static: wq.quantize(float, { mode: 'static-int8', stats }).bytes,
      };
      const inputs = [...inputsOf(evaluation.slice(0, sampleCount(model)))];
      setup = { wq, litert, inputs, classes: model.task === 'classify' };
    });

    test('FP16 runs in LiteRT.js', (t) => checkFp16(t, { ...setup, bytes: files.fp16 }));
    test('dynamic INT8 runs in LiteRT.js', (t) =>
      checkDynamic(t, { ...setup, float: files.float, bytes: files.dynamic }));
    test('static INT8 runs in LiteRT.js', (t) => checkStatic(t, { ...setup, bytes: files.static }));

    test('files are as small as promised', (t) => {
      const share = (bytes) => bytes.length / files.float.length;
      const shares = Object.entries(files).map(([kind, bytes]) => [
        kind,
        `${bytes.length} (${percent(share(bytes))})`,
      ]);
      report(t, { model: model.name, ...Object.fromEntries(shares) });
      if (files.float.length < SIZE_COUNTS_FROM) return;
      const { staticShare = 0.3 } = model;
      assert.ok(
        share(files.fp16) <= 0.52,
        `FP16 is ${percent(share(files.fp16))} of the float file`,
      );
      assert.ok(
        share(files.static) <= staticShare,
        `static INT8 is ${percent(share(files.static))} of the float file`,
      );
    });
  });
}
