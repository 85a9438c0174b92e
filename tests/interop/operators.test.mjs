// Every row of the operator tests, as a model of its own: it runs in LiteRT.js, and if it is a float one as static INT8
// too, with the same answers as here.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readTflite } from '../models/tflite_reader.mjs';
import { maxAbsolute } from './agreement.mjs';
import { outputsThere, startLiteRt } from './litert.mjs';
import { calibrate, runOutputs, startWebquant } from './sessions.mjs';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'build/operators');

// What LiteRT.js (2.5.3) does not run, with what it says, or not as TensorFlow Lite's documentation says.
const NO_ELEMENTS = /Failed to get num packed bytes/;
const KNOWN_AT_LOAD = /allocation_type/;
const REFUSED = [
  [/^CONV_2D without bias/, /has_bias was not true/],
  [/^FULLY_CONNECTED TANH$/, /params->activation == kTfLiteActNone/],
  [/^SQUARED_DIFFERENCE int64/, /only supports FLOAT32 and INT32/],
  [/^DIV int64/, /Div only supports FLOAT32, INT32/],
  [/^POW int64/, /Unsupported data type INT64/],
  [/^ABS int64/, /INT64 is unsupported by op Abs/],
  [/^PACK bool/, /BOOL' is not supported by pack/],
  [/^CONCATENATION seven dimensions/, /failed to delegate CONCATENATION/],
  [/^(RESHAPE of|SLICE|STRIDED_SLICE|GATHER) nothing/, NO_ELEMENTS],
  [/^CONCATENATION with nothing/, NO_ELEMENTS],
  [/^PAD nothing to three/, NO_ELEMENTS],
  [/^(TILE|BROADCAST_TO) to nothing/, NO_ELEMENTS],
  [/^SPLIT_V with an empty part/, NO_ELEMENTS],
  [/^SHAPE of a scalar/, NO_ELEMENTS],
  [/^SHAPE/, KNOWN_AT_LOAD],
  [/^(TRANSPOSE a|TILE a|RESHAPE to a) scalar/, KNOWN_AT_LOAD],
  [/^STRIDED_SLICE an ellipsis of nothing/, /Custom allocation is too small/],
];
const DIFFERENT = [
  [/ TANH$/, 'a fused TANH is ignored'],
  [/^CONCATENATION RELU/, 'an activation fused into CONCATENATION is ignored'],
  [/^REVERSE_V2 no axis/, 'an empty list of axes gives nothing'],
];
const find = (table, name) => table.find(([pattern]) => pattern.test(name))?.[1];

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
execFileSync(join(root, 'build/native/webquant_tests'), ['[.files]'], {
  env: { ...process.env, WEBQUANT_OP_FILES: folder },
});
const ROWS = readFileSync(join(folder, 'rows.txt'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split('\t'))
  .map(([name, quantizable, steps]) => ({
    name,
    quantizable: quantizable === '1',
    steps: Number(steps),
  }));

/** Real values as the elements of a tensor. */
function elementsOf(values, { dtype, quantization }) {
  const [scale, zeroPoint] = [quantization?.scale[0] ?? 1, quantization?.zeroPoint[0] ?? 0];
  const quantized = (value) => Math.round(value / scale) + zeroPoint;
  if (dtype === 'int64') return BigInt64Array.from(values, BigInt);
  if (dtype === 'int8') return Int8Array.from(values, quantized);
  if (dtype === 'uint8') return Uint8Array.from(values, quantized);
  if (dtype === 'int32') return Int32Array.from(values);
  if (dtype === 'bool') return Uint8Array.from(values);
  return values;
}

/** The samples' inputs: for each sample an array of typed arrays in the model's order. */
function readInputs(index, ends) {
  const values = new Float32Array(
    new Uint8Array(readFileSync(join(folder, `${index}.f32`))).buffer,
  );
  const sizes = ends.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  const sampleSize = sizes.reduce((sum, size) => sum + size, 0);
  const samples = sampleSize === 0 ? 1 : values.length / sampleSize;
  return Array.from({ length: samples }, (_, sample) => {
    let end = sample * sampleSize;
    return ends.map((tensor, i) => {
      end += sizes[i];
      return elementsOf(values.subarray(end - sizes[i], end), tensor);
    });
  });
}

const largest = (output) =>
  output.flatMap((values) => [...values]).reduce((max, value) => Math.max(max, Math.abs(value)), 0);

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

  ROWS.forEach(({ name, quantizable, steps }, index) => {
    test(name, async (t) => {
      const original = new Uint8Array(readFileSync(join(folder, `${index}.tflite`)));
      const { inputs: ends, outputs } = wq.inspect(original);
      const raw = [...ends, ...outputs].some(({ dtype }) => dtype !== 'float32');
      const inputs = readInputs(index, ends);
      const both = async (bytes) => {
        const ours = runOutputs(wq, bytes, inputs);
        const theirs = await outputsThere(litert, bytes, inputs, { raw });
        assert.equal(theirs.length, ours.length);
        const numbers = (output) => output.map((values) => Float64Array.from(values, Number));
        return ours.map((output, i) => [numbers(output), numbers(theirs[i])]);
      };

      const refusal = find(REFUSED, name);
      if (refusal) return assert.rejects(both(original), refusal);
      const pairs = await both(original);
      const reason = find(DIFFERENT, name);
      if (reason) {
        t.diagnostic(`LiteRT.js: ${reason}`);
        return assert.notDeepEqual(...pairs[0]);
      }
      pairs.forEach(([ours, theirs], i) => {
        const { dtype } = outputs[i];
        const bounds = { float32: 1e-4 * largest(theirs), int8: steps, uint8: steps };
        const allowed = bounds[dtype] ?? 0;
        const worst = maxAbsolute(ours, theirs);
        assert.ok(worst <= allowed, `${dtype} outputs differ by ${worst}, ${allowed} is allowed`);
      });
      if (!quantizable) return;

      const stats = calibrate(wq, original, inputs);
      const { bytes } = wq.quantize(original, { mode: 'static-int8', stats });
      const file = readTflite(bytes);
      (await both(bytes)).forEach(([ours, theirs], i) => {
        const step = stepOf(file, i);
        const worst = maxAbsolute(ours, theirs);
        assert.ok(
          worst <= Math.max(1.001 * step, 1e-4 * largest(theirs)),
          `static INT8 outputs differ by ${worst}, a step is ${step}`,
        );
      });
    });
  });
});
