// Every row of the operator tests, as a model of its own: it runs in LiteRT.js in FP32 and as static INT8 with the same
// answers as here.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readTflite } from '../models/tflite_reader.mjs';
import { maxAbsolute, maxRelative } from './agreement.mjs';
import { outputsThere, startLiteRt } from './litert.mjs';
import { calibrate, runOutputs, startWebquant } from './sessions.mjs';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'build/operators');

// What LiteRT.js (2.5.3) does not run, or not as TensorFlow Lite's documentation says; found by running it there.
const NOT_THERE = [
  [/ TANH$/, 'LiteRT.js ignores a fused TANH'],
  [/^CONCATENATION RELU/, 'LiteRT.js ignores an activation fused into CONCATENATION'],
  [/nothing|empty part/, 'LiteRT.js has no tensors without elements'],
  [/^(TRANSPOSE a|TILE a|RESHAPE to a) scalar/, 'LiteRT.js gives 0 for a scalar output'],
  [/(seven|eight) dimensions/, 'LiteRT.js computes in 6 dimensions at most'],
  [/^SHAPE/, 'LiteRT.js leaves outputs unwritten that are known at load'],
  [/^REVERSE_V2 no axis/, 'LiteRT.js wants an axis'],
  [/^GATHER (at|by)/, 'LiteRT.js takes float inputs only'],
];
const reasonNot = (name) => NOT_THERE.find(([pattern]) => pattern.test(name))?.[1];

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
execFileSync(join(root, 'build/native/webquant_tests'), ['[.files]'], {
  env: { ...process.env, WEBQUANT_OP_FILES: folder },
});
const NAMES = readFileSync(join(folder, 'names.txt'), 'utf8').trim().split('\n');

/** The samples' inputs: for each sample an array of typed arrays in the model's order. */
function readInputs(index, shapes) {
  const values = new Float32Array(
    new Uint8Array(readFileSync(join(folder, `${index}.f32`))).buffer,
  );
  const sizes = shapes.map((shape) => shape.reduce((product, size) => product * size, 1));
  const sampleSize = sizes.reduce((sum, size) => sum + size, 0);
  return Array.from({ length: values.length / sampleSize }, (_, sample) => {
    let end = sample * sampleSize;
    return sizes.map((size) => {
      end += size;
      return values.subarray(end - size, end);
    });
  });
}

/** The step of a float output that a DEQUANTIZE gives; 0 for one that was computed in float. */
function stepOf({ operators, outputs }, index) {
  const last = operators.find((operator) => operator.outputs.includes(outputs[index]));
  return last.type === 'DEQUANTIZE' ? last.inputs[0].scale[0] : 0;
}

describe('operators in LiteRT.js', () => {
  let wq;
  let litert;

  before(async () => {
    wq = await startWebquant();
    litert = await startLiteRt();
  });
  after(() => litert?.close());

  NAMES.forEach((name, index) => {
    test(name, { skip: reasonNot(name) }, async () => {
      const float = new Uint8Array(readFileSync(join(folder, `${index}.tflite`)));
      const { inputs: ends, outputs } = wq.inspect(float);
      const integers = outputs.some(({ dtype }) => dtype !== 'float32');
      const inputs = readInputs(
        index,
        ends.map(({ shape }) => shape),
      );
      const both = async (bytes) => {
        const ours = runOutputs(wq, bytes, inputs);
        const theirs = await outputsThere(litert, bytes, inputs, { raw: integers });
        assert.equal(theirs.length, ours.length);
        const numbers = (output) => output.map((values) => Float64Array.from(values, Number));
        return ours.map((output, i) => [numbers(output), numbers(theirs[i])]);
      };

      for (const [ours, theirs] of await both(float)) {
        if (integers) assert.deepEqual(ours, theirs);
        const relative = maxRelative(ours, theirs);
        assert.ok(!(relative > 1e-4), `FP32 outputs differ by ${relative} of the largest`);
      }

      const stats = calibrate(wq, float, inputs);
      const { bytes } = wq.quantize(float, { mode: 'static-int8', stats });
      const file = readTflite(bytes);
      (await both(bytes)).forEach(([ours, theirs], i) => {
        const step = stepOf(file, i);
        const worst = maxAbsolute(ours, theirs);
        const largest = Math.max(...theirs.map((values) => Math.max(...values.map(Math.abs))));
        assert.ok(
          worst <= Math.max(1.001 * step, 1e-4 * largest),
          `static INT8 outputs differ by ${worst}, a step is ${step}`,
        );
      });
    });
  });
});
