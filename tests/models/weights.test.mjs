// Our quantized weights against those of Google's converter, which started from the same float weights: byte for byte.
// Both files are read by a reader of the tests' own.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { report } from '../interop/report.mjs';
import { calibrate, startWebquant } from '../interop/sessions.mjs';
import { CALIBRATION_SAMPLES, inputsOf, loadSamples, readModelFile, skip } from './samples.mjs';
import { MODELS } from './table.mjs';
import { readTflite, weightedOperators } from './tflite_reader.mjs';

const CASES = MODELS.flatMap((model) =>
  model.official.filter(({ sameWeights }) => sameWeights).map((official) => ({ model, official })),
);
// Scales are float32: two roundings, one of the quotient and one of the largest weight's, may differ in the last place.
const SCALE_TOLERANCE = 2 ** -22;
let wq;

before(async () => {
  if (!skip) wq = await startWebquant();
});

/** Our file's operators at the granularity that the other file has, which for FULLY_CONNECTED depends on its age. */
function quantizeLike(model, { kind }, theirs) {
  const float = readModelFile(model.float);
  const options = { mode: kind === 'int8' ? 'static-int8' : 'dynamic-int8' };
  if (kind === 'int8') {
    options.stats = calibrate(
      wq,
      float,
      inputsOf(loadSamples(model).calibration.slice(0, CALIBRATION_SAMPLES)),
    );
  }
  const read = (more) =>
    weightedOperators(readTflite(wq.quantize(float, { ...options, ...more }).bytes));
  const [perChannel, perTensor] = [{}, { granularity: 'per-tensor' }].map(read);
  // Correction is to move biases, and nothing else.
  const uncorrected = [{}, { granularity: 'per-tensor' }].map((more) =>
    read({ ...more, biasCorrection: false }),
  );
  assert.equal(perChannel.length, theirs.length, 'as many operators with weights');
  return theirs.map(({ weights }, i) => {
    const isLikeTheirs = (ours) => ours[i].weights.scale.length === weights.scale.length;
    const ours = ([perChannel, perTensor].find(isLikeTheirs) ?? perChannel)[i];
    const { bias } = (uncorrected.find(isLikeTheirs) ?? uncorrected[0])[i];
    return { ...ours, bias };
  });
}

/** The channel that each element of a weight tensor belongs to. */
function channelOf(type, shape) {
  const elements = shape.reduce((product, size) => product * size, 1);
  const channels = type === 'DEPTHWISE_CONV_2D' ? shape.at(-1) : shape[0];
  return type === 'DEPTHWISE_CONV_2D'
    ? (i) => i % channels
    : (i) => Math.floor(i / (elements / channels));
}

/** Scales that differ; a channel whose scale exceeds max|w|/127 by far had it enlarged for its bias's sake (see below). */
function compareScales(type, ours, theirs, float) {
  const values = new Float32Array(float.data.buffer);
  const channel = ours.scale.length === 1 ? () => 0 : channelOf(type, ours.shape);
  const largest = new Array(ours.scale.length).fill(0);
  values.forEach((value, i) => {
    largest[channel(i)] = Math.max(largest[channel(i)], Math.abs(value));
  });
  let enlarged = 0;
  let different = 0;
  theirs.scale.forEach((scale, c) => {
    const plain = largest[c] / 127;
    if (scale > 1.01 * plain) {
      // How far depends on the input's scale, which calibration decides, so only that it happened can be compared.
      enlarged += 1;
      if (!(ours.scale[c] > 1.01 * plain)) different += 1;
    } else if (Math.abs(ours.scale[c] / scale - 1) > SCALE_TOLERANCE) {
      different += 1;
    }
  });
  return { enlarged, different };
}

/** Biases are int32 at scale input * weights: they must not have overflowed, nor be off by more than half a step. */
function wrongBiases({ input, weights, bias }, float) {
  const quantized = new Int32Array(bias.data.buffer);
  const values = new Float32Array(float.data.buffer);
  return [...quantized].filter((q, c) => {
    const step = input.scale[0] * (weights.scale[c] ?? weights.scale[0]);
    // Scales are stored as float32, whose rounding moves a bias of many steps by some of them.
    const rounding = 1e-6 * Math.abs(q);
    return Math.abs(q) > 2 ** 30 + rounding || Math.abs(q - values[c] / step) > 0.5 + rounding;
  }).length;
}

for (const { model, official } of CASES) {
  test(`${model.name}: weights are those of ${official.file}`, { skip }, (t) => {
    const theirs = weightedOperators(readTflite(readModelFile(official.file)));
    const float = weightedOperators(readTflite(readModelFile(model.float)));
    const ours = quantizeLike(model, official, theirs);
    const total = {
      tensors: 0,
      weights: 0,
      differentWeights: 0,
      scales: 0,
      differentScales: 0,
      enlarged: 0,
      wrongBiases: 0,
    };
    const details = [];

    theirs.forEach((their, i) => {
      const our = ours[i];
      assert.equal(our.type, their.type);
      assert.deepEqual(our.weights.shape, their.weights.shape);
      assert.equal(our.weights.type, their.weights.type, `type of "${our.weights.name}"`);
      if (their.weights.type !== 'int8') return;
      assert.equal(
        our.weights.scale.length,
        their.weights.scale.length,
        `number of scales of "${our.weights.name}"`,
      );
      assert.ok(our.weights.zeroPoint.every((zero) => zero === 0));
      const different = our.weights.data.reduce(
        (sum, byte, k) => sum + (byte !== their.weights.data[k] ? 1 : 0),
        0,
      );
      const scales = compareScales(our.type, our.weights, their.weights, float[i].weights);
      if (different || scales.different) {
        details.push(
          `${our.type} #${i} "${our.weights.name}": ${different} weights, ${scales.different} scales`,
        );
      }
      total.tensors += 1;
      total.weights += our.weights.data.length;
      total.differentWeights += different;
      total.scales += our.weights.scale.length;
      total.differentScales += scales.different;
      total.enlarged += scales.enlarged;
      if (our.bias?.type === 'int32') total.wrongBiases += wrongBiases(our, float[i].bias);
    });

    report(t, { file: official.file, ...total });
    assert.ok(total.tensors > 0, 'nothing was compared');
    assert.equal(total.differentWeights, 0, details.join('; '));
    assert.equal(total.differentScales, 0, details.join('; '));
    assert.equal(total.wrongBiases, 0, 'biases that overflow or are off');
  });
}
