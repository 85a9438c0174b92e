// What a file written by this library must satisfy in LiteRT.js: the same bounds for real models and the bundled one.

import assert from 'node:assert/strict';
import { readTflite } from '../models/tflite_reader.mjs';
import { maxRelative, sameTop, stepAgreement } from './agreement.mjs';
import { percent, report } from './report.mjs';
import { runAll } from './sessions.mjs';

/** LiteRT.js's single output of each sample. */
export async function runThere(litert, bytes, inputs) {
  const outputs = await litert.run(bytes, inputs);
  return outputs.map((sample) => Object.values(sample)[0]);
}

/** The step of the int8 tensor that the DEQUANTIZE at the model's output reads. */
export function outputStep(bytes) {
  const { operators, outputs } = readTflite(bytes);
  const last = operators.find((operator) => operator.outputs.includes(outputs[0]));
  assert.equal(
    last.type,
    'DEQUANTIZE',
    'a float32 output of a static INT8 file comes from DEQUANTIZE',
  );
  const [source] = last.inputs;
  assert.equal(source.type, 'int8');
  assert.equal(source.scale.length, 1);
  return source.scale[0];
}

/** Static INT8, float32 at the ends: counted in output steps. */
export async function checkStatic(t, { wq, litert, bytes, inputs, classes }) {
  const step = outputStep(bytes);
  const ours = runAll(wq, bytes, inputs);
  const theirs = await runThere(litert, bytes, inputs);
  const { values, withinOne, worst } = stepAgreement(ours, theirs, step);
  const top = classes ? sameTop(ours, theirs) : undefined;
  report(t, {
    'static-int8': `${inputs.length} samples`,
    values,
    'within 1 step': percent(withinOne),
    worst,
    top,
    step,
  });
  assert.ok(
    withinOne >= 0.99,
    `${percent(withinOne)} of the outputs are within one step, 99 % must be`,
  );
  assert.ok(worst <= 2, `an output is ${worst} steps apart, 2 are allowed`);
  if (classes) assert.equal(top, inputs.length, 'samples with the same top class');
}

/** FP16 weights: 1e-3 of the largest output. */
export async function checkFp16(t, { wq, litert, bytes, inputs, classes }) {
  const ours = runAll(wq, bytes, inputs);
  const theirs = await runThere(litert, bytes, inputs);
  const relative = maxRelative(ours, theirs);
  const top = classes ? sameTop(ours, theirs) : undefined;
  report(t, { fp16: `${inputs.length} samples`, relative, top });
  assert.ok(relative <= 1e-3, `outputs differ by ${relative} of the largest`);
  if (classes) assert.equal(top, inputs.length, 'samples with the same top class');
}

/**
 * Dynamic INT8: each runtime quantizes the activations in its own way (and may run an operator in float where the other
 * has integer code), so outputs agree only roughly; the class may not change.
 */
export async function checkDynamic(t, { wq, litert, bytes, inputs, classes }) {
  const ours = runAll(wq, bytes, inputs);
  const theirs = await runThere(litert, bytes, inputs);
  const relative = maxRelative(ours, theirs);
  const top = classes ? sameTop(ours, theirs) : undefined;
  report(t, { 'dynamic-int8': `${inputs.length} samples`, relative, top });
  assert.ok(Number.isFinite(relative));
  if (classes) assert.equal(top, inputs.length, 'samples with the same top class');
  return relative;
}
