// What a file written by this library must satisfy in LiteRT.js: the same bounds for real models and the bundled one.

import assert from 'node:assert/strict';
import { readTflite } from '../models/tflite_reader.mjs';
import { maxRelative, sameTop, stepAgreement } from './agreement.mjs';
import { percent, report } from './report.mjs';
import { runOutputs } from './sessions.mjs';

/** LiteRT.js's outputs: a list per output with one typed array per sample. `raw` where they are not float32. */
export async function outputsThere(litert, bytes, inputs, { raw = false } = {}) {
  const samples = await (raw ? litert.runRaw(bytes, inputs) : litert.run(bytes, inputs));
  return Object.keys(samples[0]).map((name) => samples.map((sample) => sample[name]));
}

/** LiteRT.js's single output of each sample. */
export async function runThere(litert, bytes, inputs) {
  const [output] = await outputsThere(litert, bytes, inputs);
  return output;
}

/** Calls check({ ours, theirs, top, output }) for each output. `top`: in how many samples the class is the same. */
async function forEachOutput({ wq, litert, bytes, inputs, classes }, check) {
  const ours = runOutputs(wq, bytes, inputs);
  const theirs = await outputsThere(litert, bytes, inputs);
  assert.equal(theirs.length, ours.length);
  for (let output = 0; output < ours.length; ++output) {
    const top = classes ? sameTop(ours[output], theirs[output]) : undefined;
    check({ ours: ours[output], theirs: theirs[output], top, output });
    if (classes) assert.equal(top, inputs.length, 'samples with the same top class');
  }
}

/** The step of the int8 tensor that the DEQUANTIZE at the model's output reads. */
export function outputStep(bytes, output = 0) {
  const { operators, outputs } = readTflite(bytes);
  const last = operators.find((operator) => operator.outputs.includes(outputs[output]));
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

/** Static INT8, float32 at the ends: counted in output steps. `mayBeApart`: the most steps for any value. */
export async function checkStatic(t, { mayBeApart = 2, ...setup }) {
  await forEachOutput(setup, ({ ours, theirs, top, output }) => {
    const step = outputStep(setup.bytes, output);
    const { values, withinOne, worst } = stepAgreement(ours, theirs, step);
    report(t, {
      'static-int8': `${ours.length} samples`,
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
    assert.ok(worst <= mayBeApart, `an output is ${worst} steps apart, ${mayBeApart} are allowed`);
  });
}

/** Float weights: 1e-4 of the largest output. */
export async function checkFloat(t, setup) {
  await forEachOutput(setup, ({ ours, theirs, top }) => {
    const relative = maxRelative(ours, theirs);
    report(t, { float: `${ours.length} samples`, relative, top });
    assert.ok(relative <= 1e-4, `outputs differ by ${relative} of the largest, 1e-4 is allowed`);
  });
}

/** FP16 weights: 1e-3 of the largest output. */
export async function checkFp16(t, setup) {
  await forEachOutput(setup, ({ ours, theirs, top }) => {
    const relative = maxRelative(ours, theirs);
    report(t, { fp16: `${ours.length} samples`, relative, top });
    assert.ok(relative <= 1e-3, `outputs differ by ${relative} of the largest`);
  });
}

/**
 * Dynamic INT8: each runtime quantizes the activations in its own way (and may run an operator in float where the other
 * has integer code), so outputs agree only roughly; the class may not change.
 */
export async function checkDynamic(t, setup) {
  await forEachOutput(setup, ({ ours, theirs, top }) => {
    const relative = maxRelative(ours, theirs);
    report(t, { 'dynamic-int8': `${ours.length} samples`, relative, top });
    assert.ok(Number.isFinite(relative));
  });
}
