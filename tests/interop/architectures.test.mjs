// The usual architectures with random weights, in all precisions: they run here and in LiteRT.js with the same answers.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startLiteRt } from './litert.mjs';
import { checkDynamic, checkFloat, checkFp16, checkStatic } from './quantized_checks.mjs';
import { calibrate, startWebquant } from './sessions.mjs';

const NAMES = [
  'mobilenet_v1',
  'mobilenet_v2',
  'mobilenet_v3_small',
  'efficientnet_lite0',
  'squeezenet',
  'resnet_18',
  'u_net',
  'yolo_head',
  'ds_cnn',
];
// So many that it is not left to chance which runtime's rounding makes the larger error.
const SAMPLES = 32;
const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'build/networks');

/** Pictures of a few waves each, the same on every run: smooth like photos, and no two alike. */
function pictures([, height, width, channels]) {
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  return Array.from({ length: SAMPLES }, () => {
    const waves = Array.from({ length: 3 * channels }, () => [random(), random(), random()]);
    const picture = new Float32Array(height * width * channels);
    picture.forEach((_, i) => {
      const [channel, x, y] = [
        i % channels,
        Math.floor(i / channels) % width,
        Math.floor(i / channels / width),
      ];
      for (const [u, v, phase] of waves.slice(3 * channel, 3 * channel + 3))
        picture[i] += Math.sin(20 * ((u * x) / width + (v * y) / height) + 6 * phase) / 3;
    });
    return picture;
  });
}

let wq;
let litert;

before(async () => {
  mkdirSync(folder, { recursive: true });
  execFileSync(join(root, 'build/native/write_networks'), ['small', folder]);
  wq = await startWebquant();
  litert = await startLiteRt();
});
after(() => litert?.close());

test('every architecture that is written is tested', () => {
  assert.deepEqual(readdirSync(folder).sort(), NAMES.map((name) => `${name}.tflite`).sort());
});

for (const name of NAMES) {
  describe(name, () => {
    let float;
    let setup;

    before(() => {
      float = new Uint8Array(readFileSync(join(folder, `${name}.tflite`)));
      setup = { wq, litert, inputs: pictures(wq.inspect(float).inputs[0].shape) };
    });

    test('FP32', (t) => checkFloat(t, { ...setup, bytes: float }));
    test('FP16', (t) =>
      checkFp16(t, { ...setup, bytes: wq.quantize(float, { mode: 'fp16' }).bytes }));
    test('dynamic INT8', (t) =>
      checkDynamic(t, {
        ...setup,
        float,
        bytes: wq.quantize(float, { mode: 'dynamic-int8' }).bytes,
      }));
    test('static INT8', async (t) => {
      const stats = calibrate(wq, float, setup.inputs);
      const { bytes } = wq.quantize(float, { mode: 'static-int8', stats });
      await checkStatic(t, { ...setup, bytes });
    });
  });
}
