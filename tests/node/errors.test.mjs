// After each kind of error the same module and another session keep working.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertThrows } from './support/errors.mjs';
import { loadHere, model, sample, staticInt8, stats } from './support/glyphs.mjs';
import { withOperatorCode } from './support/tflite.mjs';

const CONV_2D = 3;
const UNIQUE = 103;
const wq = await loadHere();
const input = sample(wq);
const survivor = wq.createSession(model);
const expected = survivor.run(input);

function assertAllWorks() {
  assert.deepEqual(survivor.run(input), expected);
  assert.deepEqual(wq.createSession(model).run(input), expected);
  const options = { mode: 'static-int8', stats: stats(wq) };
  assert.deepEqual(wq.quantize(model, options).bytes, staticInt8(wq).bytes);
}

function random(length, seed) {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** Everything that reads a file. */
const readers = [
  (bytes) => wq.inspect(bytes),
  (bytes) => wq.createSession(bytes),
  (bytes) => wq.createCalibrator(bytes),
  (bytes) => wq.quantize(bytes, { mode: 'fp16' }),
  (bytes) => wq.compare(bytes, model, [input]),
  (bytes) => wq.compare(model, bytes, [input]),
  (bytes) => wq.benchmark(bytes),
];

test('a truncated file', () => {
  for (const length of [0, 1, 7, 8, 100, model.length >> 1, model.length - 1])
    for (const read of readers)
      assertThrows(() => read(model.subarray(0, length)), 'invalid-model', /./);
  assertAllWorks();
});

test('random bytes', () => {
  for (const [length, seed] of [
    [1, 1],
    [64, 2],
    [5000, 3],
    [model.length, 4],
  ])
    for (const read of readers)
      assertThrows(() => read(random(length, seed)), 'invalid-model', /./);
  const named = random(5000, 5);
  named.set(new TextEncoder().encode('TFL3'), 4);
  for (const read of readers) assertThrows(() => read(named), 'invalid-model', /./);
  assertAllWorks();
});

test('an operator that is not known', () => {
  const bytes = withOperatorCode(model, CONV_2D, UNIQUE);
  const { ops } = wq.inspect(bytes);
  assert.equal(
    ops.filter(({ type, supported }) => type === 'UNIQUE' && !supported).length > 0,
    true,
  );
  for (const run of [readers[1], readers[2], readers[4], readers[5], readers[6]])
    assertThrows(() => run(bytes), 'unsupported', /^UNIQUE #0 /);
  assertAllWorks();
});

test('a wrong input length', () => {
  assertThrows(
    () => survivor.run(new Float32Array(12)),
    'invalid-input',
    'inputs["image"]',
    /12288.*12/,
  );
  assertAllWorks();
});

test('NaN calibration data', () => {
  const calibrator = wq.createCalibrator(model);
  assertThrows(
    () => calibrator.observe(input.map(() => Number.NaN)),
    'invalid-input',
    /image/,
    /NaN/,
  );
  assertAllWorks();
});

test('statistics that are missing', () => {
  assertThrows(() => wq.quantize(model, { mode: 'static-int8' }), 'missing-stats', 'options.stats');
  assertAllWorks();
});

test('more memory than there is', () => {
  const frame = { data: new Uint8Array(3), width: 1, height: 1, channels: 3 };
  assertThrows(
    () => wq.frameToTensor(frame, { width: 60_000, height: 60_000 }),
    'out-of-memory',
    'options',
    /60000/,
  );
  assertAllWorks();
});
