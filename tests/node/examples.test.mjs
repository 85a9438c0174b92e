// The examples run as they stand, on the package under test.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadHere, model } from './support/glyphs.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('examples/glyphs/quickstart.mjs', async () => {
  const argv = [...process.execArgv, 'examples/glyphs/quickstart.mjs'];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  for (const name of ['FP32', 'FP16', 'Dynamic INT8', 'Static INT8'])
    assert.match(
      stdout,
      new RegExp(`^${name} +[\\d.]+ KB .* ms .* (reference|very-good|acceptable)$`, 'm'),
    );
  const widths = stdout.match(/^.*[─]+.*$/m)[0].length;
  assert.ok(widths <= 110, `the table is ${widths} wide`);
  const wq = await loadHere();
  const shares = { fp16: 0.52, dynamic: 0.3, int8: 0.3 };
  for (const [name, share] of Object.entries(shares)) {
    const bytes = readFileSync(`${root}examples/glyphs/out/glyphs_${name}.tflite`);
    assert.ok(bytes.length <= share * model.length);
    assert.notEqual(wq.inspect(bytes).precision, 'float32');
  }
});
