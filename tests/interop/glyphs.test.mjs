// The bundled model, quantized in the three ways, in LiteRT.js: the check on interoperability that runs everywhere.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeJpeg } from '../models/samples.mjs';
import { startLiteRt } from './litert.mjs';
import { checkDynamic, checkFloat, checkFp16, checkStatic } from './quantized_checks.mjs';
import { calibrate, startWebquant } from './sessions.mjs';

const SAMPLES = 36;
const folder = join(import.meta.dirname, '..', '..', 'examples', 'glyphs');

/** Every nth frame of a folder, so that all classes have their turn, as the model's input. */
function frames(name, count = Infinity) {
  const files = readdirSync(join(folder, name))
    .filter((file) => file.endsWith('.jpg'))
    .sort();
  const every = Math.max(1, Math.floor(files.length / count));
  return files
    .filter((_, i) => i % every === 0)
    .slice(0, count)
    .map((file) => {
      const { data } = decodeJpeg(readFileSync(join(folder, name, file)));
      return Float32Array.from(data, (pixel) => pixel / 127.5 - 1);
    });
}

const float = () => new Uint8Array(readFileSync(join(folder, 'glyphs.tflite')));
let setup;
let wq;

before(async () => {
  wq = await startWebquant();
  setup = { wq, litert: await startLiteRt(), inputs: frames('test', SAMPLES), classes: true };
});
after(() => setup?.litert.close());

test('glyphs: float outputs agree with LiteRT.js', async (t) => {
  await checkFloat(t, { ...setup, bytes: float() });
});

test('glyphs: FP16 runs in LiteRT.js', async (t) => {
  await checkFp16(t, { ...setup, bytes: wq.quantize(float(), { mode: 'fp16' }).bytes });
});

test('glyphs: dynamic INT8 runs in LiteRT.js', async (t) => {
  const { bytes } = wq.quantize(float(), { mode: 'dynamic-int8' });
  await checkDynamic(t, { ...setup, float: float(), bytes });
});

test('glyphs: static INT8 runs in LiteRT.js', async (t) => {
  const stats = calibrate(wq, float(), frames('calibration'));
  const { bytes } = wq.quantize(float(), { mode: 'static-int8', stats });
  await checkStatic(t, { ...setup, bytes });
});
