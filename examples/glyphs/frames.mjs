// The glyph model and its frames, as Node reads them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import jpeg from 'jpeg-js';

export const folder = fileURLToPath(new URL('.', import.meta.url));

/** How the model wants its input: 64 x 64 RGB, pixel / 127.5 - 1. */
export const INPUT = { width: 64, height: 64, mean: 127.5, std: 127.5 };

/** The float model's file. */
export const readModel = () => readFileSync(join(folder, 'glyphs.tflite'));

/** The names of the classes, in the order of the model's output. */
export const readClasses = () =>
  readFileSync(join(folder, 'labels.txt'), 'utf8').trim().split('\n');

/** A picture as { data, width, height, channels }. */
export const readFrame = (path) => ({
  ...jpeg.decode(readFileSync(path), { useTArray: true }),
  channels: 4,
});

/** The frames to calibrate with. */
export function readCalibration() {
  const files = readdirSync(join(folder, 'calibration')).filter((name) => name.endsWith('.jpg'));
  return files.sort().map((name) => readFrame(join(folder, 'calibration', name)));
}

/** The frames to judge by: { frames, labels }, labels are indices of classes. */
export function readTest() {
  const rows = readFileSync(join(folder, 'test/labels.csv'), 'utf8').trim().split('\n').slice(1);
  const files = rows.map((row) => row.split(','));
  return {
    frames: files.map(([name]) => readFrame(join(folder, 'test', name))),
    labels: files.map(([, label]) => Number(label)),
  };
}
