// Files that Google's converter quantized, in our sessions: the known accuracy, and the answers that LiteRT.js gives.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  accuracyOf,
  maxRelative,
  sameMask,
  sameTop,
  stepAgreement,
} from '../interop/agreement.mjs';
import { outputsThere, startLiteRt } from '../interop/litert.mjs';
import { checkOperators, outputStep } from '../interop/quantized_checks.mjs';
import { percent, report } from '../interop/report.mjs';
import { runAll, runOutputs, startWebquant } from '../interop/sessions.mjs';
import { anomalyScores, areaUnderCurve } from './anomaly.mjs';
import { inputsOf, loadSamples, readModelFile, skip } from './samples.mjs';
import { MODELS } from './table.mjs';
import { readTflite } from './tflite_reader.mjs';

// Files with integer ends.
const INTEGERS = {
  int8: { ArrayType: Int8Array, low: -128, high: 127 },
  uint8: { ArrayType: Uint8Array, low: 0, high: 255 },
};
// Without labels a few photos are enough.
const UNLABELLED_SAMPLES = 12;
const TRACED_SAMPLES = 4;

/** LiteRT.js's outputs of such a file: it is given integers, and what it returns is dequantized here. */
async function runIntegersThere(litert, bytes, inputs, { ArrayType, low, high }) {
  const clamp = (value) => Math.max(low, Math.min(high, value));
  const { inputs: ins, outputs: outs } = readTflite(bytes);
  const [[inScale], [inZero]] = [ins[0].scale, ins[0].zeroPoint];
  const [[outScale], [outZero]] = [outs[0].scale, outs[0].zeroPoint];
  const raw = inputs.map((input) =>
    ArrayType.from(input, (value) => clamp(Math.round(value / inScale) + inZero)),
  );
  const outputs = await litert.runRaw(bytes, raw);
  const dequantize = (sample) =>
    Float32Array.from(Object.values(sample)[0], (q) => (q - outZero) * outScale);
  return { theirs: [outputs.map(dequantize)], steps: [outScale] };
}

async function runThere(litert, bytes, inputs, { kind, ends }) {
  if (ends) return runIntegersThere(litert, bytes, inputs, INTEGERS[ends]);
  const theirs = await outputsThere(litert, bytes, inputs);
  return { theirs, steps: theirs.map((_, i) => (kind === 'int8' ? outputStep(bytes, i) : 0)) };
}

const CASES = MODELS.flatMap((model) => model.official.map((official) => ({ model, official })));
let wq;
let litert;

before(async () => {
  if (skip) return;
  wq = await startWebquant();
  litert = await startLiteRt();
});
after(() => litert?.close());

for (const { model, official } of CASES) {
  describe(`official ${official.file}`, { skip }, () => {
    let bytes;
    let samples;
    let inputs;
    // By output, by sample.
    let ours;
    let theirs;
    let steps;

    before(async () => {
      bytes = readModelFile(official.file);
      const { all } = loadSamples(model);
      samples = ['classify', 'anomaly'].includes(model.task)
        ? all
        : all.slice(0, UNLABELLED_SAMPLES);
      inputs = [...inputsOf(samples)];
      ours = runOutputs(wq, bytes, inputs, { quantizeIo: true });
      ({ theirs, steps } = await runThere(litert, bytes, inputs, official));
    });

    const hasKnownAccuracy = (t) => {
      const [here, there] = [accuracyOf(ours[0], samples), accuracyOf(theirs[0], samples)];
      const figures = {
        ours: percent(here),
        'LiteRT.js': percent(there),
        known: percent(official.accuracy),
      };
      report(t, { file: official.file, samples: samples.length, ...figures });
      assert.ok(
        Math.abs(here - official.accuracy) <= 0.01,
        `${percent(here)} is more than a point away`,
      );
    };

    // The known AUC is over recordings that the sample does not hold: the float model on the same
    // windows is the measure.
    const hasAucOfFloatModel = (t) => {
      const area = (outputs) => areaUnderCurve(anomalyScores(outputs, samples), samples);
      const float = area(runAll(wq, readModelFile(model.float), inputs));
      const [here, there] = [area(ours[0]), area(theirs[0])];
      report(t, {
        file: official.file,
        samples: samples.length,
        ours: here,
        'LiteRT.js': there,
        float,
      });
      assert.ok(
        Math.abs(here - float) <= 0.02,
        `AUC ${here} is more than 0.02 away from the float model's ${float}`,
      );
      assert.ok(
        Math.abs(here - there) <= 0.01,
        `AUC ${here} is more than 0.01 away from LiteRT.js's ${there}`,
      );
    };

    const hasMaskOfFloatModel = (t) => {
      const float = runAll(wq, readModelFile(model.float), inputs);
      const [here, there] = [sameMask(ours[0], float), sameMask(theirs[0], float)];
      report(t, { file: official.file, ours: percent(here), 'LiteRT.js': percent(there) });
      assert.ok(
        here >= official.sameMask,
        `${percent(here)} of the pixels are as in FP32, ${percent(official.sameMask)} must be`,
      );
      assert.ok(Math.abs(here - there) <= 0.01, 'LiteRT.js gives other masks');
    };

    if (model.task === 'classify') test('has the known accuracy', hasKnownAccuracy);
    if (model.task === 'anomaly') test('has the AUC of the float model', hasAucOfFloatModel);
    if (model.task === 'mask') test('has the masks of the float model', hasMaskOfFloatModel);

    if (official.kind === 'dynamic-int8') {
      test('each operator gives what it gives in LiteRT.js', async (t) => {
        await checkOperators(t, { wq, litert, bytes, inputs: inputs.slice(0, TRACED_SAMPLES) });
      });
    }

    test('gives the answers of LiteRT.js', (t) => {
      assert.equal(ours.length, theirs.length);
      ours.forEach((output, i) => {
        const relative = maxRelative(output, theirs[i]);
        const top = model.task === 'classify' ? sameTop(output, theirs[i]) : undefined;
        if (!steps[i]) {
          // Of dynamic INT8 the operators are compared, below: what their rounding makes of an output has no bound.
          report(t, { file: official.file, samples: samples.length, relative, top });
          assert.ok(official.kind === 'fp16' ? relative <= 1e-3 : Number.isFinite(relative));
          return;
        }
        const { values, withinOne, worst } = stepAgreement(output, theirs[i], steps[i]);
        report(t, {
          file: official.file,
          samples: samples.length,
          values,
          'within 1 step': percent(withinOne),
          worst,
          top,
        });
        assert.ok(
          withinOne >= 0.99,
          `${percent(withinOne)} of the outputs are within one step, 99 % must be`,
        );
        assert.ok(worst <= 2, `an output is ${worst} steps apart, 2 are allowed`);
      });
    });
  });
}
