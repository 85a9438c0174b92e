// What a file written by this library must satisfy in LiteRT.js: the same bounds for real models and the bundled one.

import assert from 'node:assert/strict';
import { readTflite } from '../models/tflite_reader.mjs';
import { maxRelative, rangeOf, rootMeanSquare, sameTop, stepAgreement } from './agreement.mjs';
import { outputsThere } from './litert.mjs';
import { differingOperators } from './operator_trace.mjs';
import { percent, report } from './report.mjs';
import { runOutputs } from './sessions.mjs';

/** For each output { ours, theirs, top, output }. `top`: in how many samples the class is the same. */
async function outputsOfBoth({ wq, litert, bytes, inputs, classes }) {
  const ours = runOutputs(wq, bytes, inputs);
  const theirs = await outputsThere(litert, bytes, inputs);
  assert.equal(theirs.length, ours.length);
  return ours.map((values, output) => {
    const top = classes ? sameTop(values, theirs[output]) : undefined;
    return { ours: values, theirs: theirs[output], top, output };
  });
}

function checkEachOutput(pairs, { classes, inputs }, check) {
  for (const pair of pairs) {
    check(pair);
    if (classes) assert.equal(pair.top, inputs.length, 'samples with the same top class');
  }
}

const forEachOutput = async (setup, check) =>
  checkEachOutput(await outputsOfBoth(setup), setup, check);

/**
 * The step of the int8 tensor that the DEQUANTIZE at the model's output reads. Where parts of unlike kinds are joined in float behind
 * several of them, the largest of their steps.
 */
export function outputStep(bytes, output = 0) {
  const { operators, outputs } = readTflite(bytes);
  const makerOf = (tensor) => operators.find((operator) => operator.outputs.includes(tensor));
  const steps = [];
  const waiting = [outputs[output]];
  while (waiting.length > 0) {
    const maker = makerOf(waiting.pop());
    if (maker?.type !== 'DEQUANTIZE') {
      waiting.push(...(maker?.inputs ?? []).filter((tensor) => tensor?.type === 'float32'));
      continue;
    }
    const [source] = maker.inputs;
    assert.equal(source.type, 'int8');
    assert.equal(source.scale.length, 1);
    steps.push(source.scale[0]);
  }
  assert.ok(steps.length > 0, 'a float32 output of a static INT8 file comes from DEQUANTIZE');
  return Math.max(...steps);
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

// Rounding adds about as much error here as there: chance decides where it adds more.
const AS_MUCH_ERROR = 1.1;
// All that lies between inputs and outputs is compared for so many samples.
const TRACED_SAMPLES = 2;

/** The samples in which the two differ most. */
function mostDifferent(pairs, inputs) {
  const difference = (sample) =>
    Math.max(...pairs.map(({ ours, theirs }) => maxRelative([ours[sample]], [theirs[sample]])));
  return [...inputs.keys()]
    .toSorted((a, b) => difference(b) - difference(a))
    .slice(0, TRACED_SAMPLES)
    .map((sample) => inputs[sample]);
}

/**
 * Dynamic INT8: each operator alone gives what it gives in LiteRT.js, but for the rounding of its input. Returns the
 * operators that differ so.
 */
export async function checkOperators(t, setup) {
  const differing = await differingOperators(setup);
  for (const { type, name, difference, allowed, cause } of differing) {
    report(t, { [type]: name.split(';')[0], difference, allowed, cause });
    assert.ok(difference <= allowed, `${type} "${name}" differs by ${difference} (${cause})`);
  }
  return differing;
}

/**
 * Dynamic INT8 of the model `float`: operators agree (see `checkOperators`), and the outputs are as near to the float
 * model's as LiteRT.js's are. Where they are more than a step apart (of 255 in an output's range), the operators are the
 * reason that the test's log names.
 */
export async function checkDynamic(t, { float, ...setup }) {
  const { wq, litert, bytes, inputs } = setup;
  const exact = runOutputs(wq, float, inputs);
  const pairs = await outputsOfBoth(setup);
  const traced = mostDifferent(pairs, inputs);
  const causes = await checkOperators(t, { wq, litert, bytes, inputs: traced });
  checkEachOutput(pairs, setup, ({ ours, theirs, top, output }) => {
    const { values, withinOne, worst } = stepAgreement(ours, theirs, rangeOf(theirs) / 255);
    const error = rootMeanSquare(ours, exact[output]);
    const errorThere = rootMeanSquare(theirs, exact[output]);
    report(t, {
      'dynamic-int8': `${ours.length} samples`,
      values,
      'within 1 step': percent(withinOne),
      worst,
      relative: maxRelative(ours, theirs),
      top,
      error,
      'of LiteRT.js': errorThere,
    });
    assert.ok(
      withinOne >= 0.99 || causes.length > 0,
      `${percent(withinOne)} of the outputs are within one step, and no operator is the reason`,
    );
    assert.ok(
      error <= AS_MUCH_ERROR * errorThere,
      `the error against FP32 is ${error}, LiteRT.js's ${errorThere}`,
    );
  });
}
