// The glyph model with RELU for RELU6, and the same function with channels of very different sizes, as some trained
// networks have: one scale a tensor cannot hold them. See tests/networks/hostile.h.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

function write() {
  // A folder of its own, because test files run at the same time.
  const folder = mkdtempSync(join(tmpdir(), 'webquant-hostile-'));
  try {
    const program = join(root, 'build/native/write_networks');
    execFileSync(program, ['hostile', join(root, 'examples/glyphs/glyphs.tflite'), folder]);
    const read = (name) => new Uint8Array(readFileSync(join(folder, `${name}.tflite`)));
    return { unclamped: read('unclamped'), hostile: read('hostile') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const { unclamped, hostile } = write();
