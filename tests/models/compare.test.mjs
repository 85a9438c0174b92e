// Comparing float models with what Google's converter made of them, which renames tensors and reorders outputs.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { report } from '../interop/report.mjs';
import { startWebquant } from '../interop/sessions.mjs';
import { inputsOf, loadSamples, readModelFile, skip } from './samples.mjs';
import { MODELS } from './table.mjs';

const SAMPLES = 8;
let wq;

before(async () => {
  if (!skip) wq = await startWebquant();
});

const PAIRS = MODELS.flatMap((model) =>
  model.official.map((official) => ({ model, official })),
).filter(({ official }) => official.sameWeights || official.sameMask || !official.accuracy);

for (const { model, official } of PAIRS) {
  test(`${official.file} is compared output by output, layer by layer`, { skip }, (t) => {
    const samples = [...inputsOf(loadSamples(model).evaluation.slice(0, SAMPLES))];
    const [float, theirs] = [model.float, official.file].map(readModelFile);
    const { outputs, layers } = wq.compare(float, theirs, samples, { layers: true });
    const names = wq.inspect(float).outputs.map(({ name }) => name);
    assert.deepEqual(Object.keys(outputs), names);
    for (const [name, { sqnrDb }] of Object.entries(outputs))
      assert.ok(sqnrDb > 8, `${name}: ${sqnrDb} dB`);
    const worst = Math.min(...layers.map(({ sqnrDb }) => sqnrDb));
    const isConversion = ({ type }) => type.endsWith('QUANTIZE');
    const [ops, theirOps] = [float, theirs].map(
      (bytes) => wq.inspect(bytes).ops.filter((op) => !isConversion(op)).length,
    );
    report(t, {
      file: official.file,
      layers: layers.length,
      operators: ops,
      worst: worst.toFixed(1),
    });
    // Where their converter fused operators, what has kept its name is left to compare.
    assert.ok(ops === theirOps ? layers.length === ops : layers.length >= 16, `${layers.length}`);
    for (const { op, sqnrDb } of layers) assert.ok(sqnrDb > 3, `${op}: ${sqnrDb} dB`);
  });
}
