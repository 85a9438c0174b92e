// A video of the glyph frames, which Chromium plays in place of a camera.

import { renameSync, writeFileSync } from 'node:fs';
import { readCalibration } from '../../examples/glyphs/frames.mjs';

const SCALE = 4;

const clamp = (value) => Math.max(0, Math.min(255, Math.round(value)));

/** A frame, enlarged, in the planes that y4m has: luma, and both chromas of every second pixel (BT.601, limited range). */
function toPlanes({ data, width, height }) {
  const [wide, high] = [width * SCALE, height * SCALE];
  const luma = new Uint8Array(wide * high);
  const chroma = [0, 1].map(() => new Uint8Array((wide * high) / 4));
  for (let y = 0; y < high; ++y) {
    for (let x = 0; x < wide; ++x) {
      const at = 4 * (Math.floor(y / SCALE) * width + Math.floor(x / SCALE));
      const [r, g, b] = data.subarray(at, at + 3);
      luma[y * wide + x] = clamp(16 + 0.257 * r + 0.504 * g + 0.098 * b);
      if (x % 2 || y % 2) continue;
      const i = (y / 2) * (wide / 2) + x / 2;
      chroma[0][i] = clamp(128 - 0.148 * r - 0.291 * g + 0.439 * b);
      chroma[1][i] = clamp(128 + 0.439 * r - 0.368 * g - 0.071 * b);
    }
  }
  return [luma, ...chroma];
}

/** Writes the video; each glyph is shown for a tenth of a second. */
export function writeFakeCamera(file) {
  const frames = readCalibration();
  const [{ width, height }] = frames;
  const header = `YUV4MPEG2 W${width * SCALE} H${height * SCALE} F20:1 Ip A1:1 C420jpeg\n`;
  const parts = [Buffer.from(header)];
  for (const frame of frames) {
    const planes = toPlanes(frame);
    for (let repeat = 0; repeat < 2; ++repeat) parts.push(Buffer.from('FRAME\n'), ...planes);
  }
  // Another browser may be playing it.
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, Buffer.concat(parts));
  renameSync(fresh, file);
}
