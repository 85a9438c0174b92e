// Where two runtimes' answers to a dynamic INT8 file come apart: each operator alone is given here what LiteRT.js gave it,
// so that what one operator does is not mixed up with what those before it did.

import { readTflite } from '../models/tflite_reader.mjs';
import { maxAbsolute } from './agreement.mjs';
import { outputsThere } from './litert.mjs';
import { runOutputs } from './sessions.mjs';
import { partOf } from './tflite_parts.mjs';

// Both runtimes replace the input by 8-bit values when they run one of these.
const ROUNDED_IN_BOTH = ['CONV_2D', 'TRANSPOSE_CONV', 'FULLY_CONNECTED'];
// Here this one reads its input in float: XNNPACK has no kernel of it that takes 8-bit values of float tensors.
const ROUNDED_THERE = 'DEPTHWISE_CONV_2D';
// Of the largest value. Float kernels add up in different orders.
const SAME = 1e-5;
const SAME_INPUT = 2e-6;
// A value so near (in steps) to the middle between two steps is rounded to either one by floats' own inaccuracy.
const HALFWAY = 1e-3;

const isConstant = (tensor) => tensor.data.length > 0;
const largest = (values) => values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);

/** How long the pieces of the input are that get a range of their own: a pixel or row where only that is multiplied. */
function rowLength({ type, inputs: [input, weights], outputs: [output] }) {
  const alone =
    type === 'FULLY_CONNECTED' ||
    (type === 'CONV_2D' &&
      weights.shape[1] * weights.shape[2] === 1 &&
      input.shape[1] === output.shape[1] &&
      input.shape[2] === output.shape[2]);
  return alone ? weights.shape.at(-1) : Infinity;
}

/** { step: the largest one of any row, halfway: how many values lie half-way between two steps }. */
function roundingOf(values, length) {
  let worst = 0;
  let halfway = 0;
  for (let start = 0; start < values.length; start += length) {
    const row = values.subarray(start, start + length);
    let [low, high] = [0, 0];
    for (const value of row) [low, high] = [Math.min(low, value), Math.max(high, value)];
    const step = (high - low) / 255;
    if (step === 0) continue;
    worst = Math.max(worst, step);
    for (const value of row) {
      const fraction = Math.abs(value / step) % 1;
      if (Math.abs(fraction - 0.5) < HALFWAY) halfway += 1;
    }
  }
  return { step: worst, halfway };
}

/** The largest sum of a channel's weights, without their signs: what an error of 1 in all inputs can become. */
function amplification({ data, scale, shape, axis }) {
  const sums = new Float64Array(shape[axis]);
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  new Int8Array(data.buffer, data.byteOffset, data.length).forEach((weight, i) => {
    const channel = Math.floor(i / inner) % sums.length;
    sums[channel] += Math.abs(weight) * scale[scale.length > 1 ? channel : 0];
  });
  return Math.max(...sums);
}

/** [the largest difference that its rounding may make, why]; see `differingOperators`. */
function explain(operator, values) {
  const { type } = operator;
  const [, weights] = operator.inputs;
  if (weights?.type !== 'int8') return [0, 'not known'];
  const { step, halfway } = roundingOf(values, rowLength(operator));
  if (type === ROUNDED_THERE)
    return [(step / 2) * amplification(weights), 'its input is 8 bits in LiteRT.js, float here'];
  if (ROUNDED_IN_BOTH.includes(type) && halfway > 0)
    return [step * amplification(weights), `${halfway} inputs are half-way between two steps`];
  return [0, 'not known'];
}

/** Every tensor's values that the operators make, and the inputs: tensor -> one typed array per sample. */
function byTensor(file, made, outputs, inputs) {
  const values = new Map(made.map((tensor, i) => [tensor, outputs[i]]));
  file.inputs.forEach((tensor, i) => {
    values.set(
      tensor,
      inputs.map((sample) => [sample].flat()[i]),
    );
  });
  return values;
}

/**
 * Compares what each operator gives from the same input: from LiteRT.js's, alone in a session of ours, and from its own in
 * either runtime where that is the same but for floats' inaccuracy. Returns those operators that differ, in the file's
 * order: [{ type, name, difference, allowed, cause }], differences being absolute. `allowed` is what the rounding of its
 * input can make: a step in each value where both runtimes round, half a step where one does.
 */
export async function differingOperators({ wq, litert, bytes, inputs }) {
  const file = readTflite(bytes);
  const index = (tensor) => file.tensors.indexOf(tensor);
  const made = file.operators.flatMap(({ outputs }) => outputs);
  const shown = partOf(bytes, { outputs: made.map(index) });
  const theirs = byTensor(file, made, await outputsThere(litert, shown, inputs), inputs);
  const ours = byTensor(file, made, runOutputs(wq, shown, inputs), inputs);

  return file.operators.flatMap((operator, n) => {
    const [output] = operator.outputs;
    const data = operator.inputs.filter((tensor) => tensor && !isConstant(tensor));
    const alone = partOf(bytes, {
      inputs: data.map(index),
      outputs: operator.outputs.map(index),
      operator: n,
    });
    const given = inputs.map((_, sample) => data.map((tensor) => theirs.get(tensor)[sample]));
    const [answers] = runOutputs(wq, alone, given);
    const differences = inputs.flatMap((_, sample) => {
      const there = theirs.get(output)[sample];
      const agree = (tensor) =>
        maxAbsolute([ours.get(tensor)[sample]], [theirs.get(tensor)[sample]]) <=
        SAME_INPUT * largest(theirs.get(tensor)[sample]);
      const difference = Math.max(
        maxAbsolute([answers[sample]], [there]),
        data.every(agree) ? maxAbsolute([ours.get(output)[sample]], [there]) : 0,
      );
      const magnitude = Math.max(largest(there), ...given[sample].map(largest));
      // Written so that NaN counts as a difference.
      if (difference <= SAME * magnitude) return [];
      const [allowed, cause] = explain(operator, given[sample][0]);
      return [{ type: operator.type, name: output.name, difference, allowed, cause }];
    });
    return differences.toSorted((a, b) => b.difference - a.difference).slice(0, 1);
  });
}
