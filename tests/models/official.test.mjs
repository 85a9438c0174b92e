// Files that Google's converter quantized, in our sessions: the known accuracy, and the answers that LiteRT.js gives.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { accuracyOf, maxRelative, sameTop, stepAgreement } from '../interop/agreement.mjs';
import { startLiteRt } from '../interop/litert.mjs';
import { runThere } from '../interop/quantized_checks.mjs';
import { percent, report } from '../interop/report.mjs';
import { runAll, startWebquant } from '../interop/sessions.mjs';
import { anomalyScores, areaUnderCurve } from './anomaly.mjs';
import { inputsOf, loadSamples, readModelFile, skip } from './samples.mjs';
import { MODELS } from './table.mjs';
import { readTflite } from './tflite_reader.mjs';

// Files with integer ends.
const INTEGERS = {
  int8: { ArrayType: Int8Array, low: -128, high: 127 },
  uint8: { ArrayType: Uint8Array, low: 0, high: 255 },
};

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
  return { outputs: outputs.map(dequantize), step: outScale };
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
    let ours;
    let theirs;
    let step;

    before(async () => {
      bytes = readModelFile(official.file);
      samples = loadSamples(model).all;
      const inputs = [...inputsOf(samples)];
      ours = runAll(wq, bytes, inputs, { quantizeIo: true });
      const integers = INTEGERS[official.kind];
      if (integers)
        ({ outputs: theirs, step } = await runIntegersThere(litert, bytes, inputs, integers));
      else theirs = await runThere(litert, bytes, inputs);
    });

    const hasKnownAccuracy = (t) => {
      const [here, there] = [accuracyOf(ours, samples), accuracyOf(theirs, samples)];
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
      const float = area(runAll(wq, readModelFile(model.float), inputsOf(samples)));
      const [here, there] = [area(ours), area(theirs)];
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

    if (model.task === 'classify') test('has the known accuracy', hasKnownAccuracy);
    else test('has the AUC of the float model', hasAucOfFloatModel);

    test('gives the answers of LiteRT.js', (t) => {
      const relative = maxRelative(ours, theirs);
      const top = model.task === 'classify' ? sameTop(ours, theirs) : undefined;
      if (!INTEGERS[official.kind]) {
        // Activations are quantized at run time, by each runtime in its own way: only the accuracy has a bound.
        report(t, { file: official.file, samples: samples.length, relative, top });
        assert.ok(Number.isFinite(relative));
        return;
      }
      const { values, withinOne, worst } = stepAgreement(ours, theirs, step);
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
}
