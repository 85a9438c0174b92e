import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertThrows } from './support/errors.mjs';
import { loadHere } from './support/glyphs.mjs';

const wq = await loadHere();

/** A frame whose channels tell the place: red the column, green the row, blue 200. */
function gradient(width, height, channels = 4) {
  const data = new Uint8ClampedArray(width * height * channels);
  for (let i = 0; i < width * height; ++i)
    data.set([i % width, Math.floor(i / width), 200, 255].slice(0, channels), i * channels);
  return { data, width, height, channels };
}

const values = (frame, options) => Array.from(wq.frameToTensor(frame, options));

test('without a change of size pixels are only normalised', () => {
  const frame = gradient(4, 3);
  const rgb = Array.from(frame.data).filter((_, i) => i % 4 < 3);
  const size = { width: 4, height: 3 };
  assert.deepEqual(values(frame, size), rgb);
  assert.deepEqual(values(gradient(4, 3, 3), size), rgb);
  assert.deepEqual(
    values(frame, { ...size, mean: 100, std: 2 }),
    rgb.map((value) => (value - 100) / 2),
  );
  const each = values(frame, { ...size, mean: [1, 2, 3], std: [1, 2, 4] });
  assert.deepEqual(each.slice(0, 3), [-1, -1, 197 / 4]);
  assert.deepEqual(values(frame, { ...size, channels: 'bgr' }).slice(3, 6), [200, 0, 1]);
  assert.equal(values(frame, { ...size, channels: 'gray' }).length, 12);
});

test('dtype is the type of the tensor', () => {
  const frame = { data: Uint8Array.of(0, 100, 255, 3, 4, 5), width: 2, height: 1, channels: 3 };
  const size = { width: 2, height: 1 };
  const tensor = (options) => wq.frameToTensor(frame, { ...size, ...options });
  assert.deepEqual(tensor({}), Float32Array.from(frame.data));
  assert.deepEqual(tensor({ dtype: 'float32' }), Float32Array.from(frame.data));
  assert.deepEqual(tensor({ dtype: 'uint8' }), frame.data);
  assert.deepEqual(
    tensor({ dtype: 'int8', mean: 128 }),
    Int8Array.of(-128, -28, 127, -125, -124, -123),
  );
  assert.deepEqual(tensor({ dtype: 'int8' }), Int8Array.of(0, 100, 127, 3, 4, 5));
});

test('the largest centred window is cut out, or the whole frame stretched', () => {
  const frame = gradient(8, 4);
  const nearest = { width: 4, height: 4, resize: 'nearest' };
  const red = (options) =>
    values(frame, { ...nearest, ...options })
      .filter((_, i) => i % 3 === 0)
      .slice(0, 4);
  assert.deepEqual(red({}), [2, 3, 4, 5]);
  assert.deepEqual(red({ crop: 'center' }), [2, 3, 4, 5]);
  assert.deepEqual(red({ crop: 'none' }), [1, 3, 5, 7]);
});

test('bilinear averages when it shrinks and interpolates when it grows', () => {
  const columns = { data: Uint8Array.of(0, 100), width: 2, height: 1, channels: 1 };
  const gray = { height: 1, crop: 'none', channels: 'gray' };
  assert.deepEqual(values(columns, { ...gray, width: 1 }), [50]);
  assert.deepEqual(values(columns, { ...gray, width: 4 }), [0, 25, 75, 100]);
  assert.deepEqual(values(columns, { ...gray, width: 4, resize: 'nearest' }), [0, 0, 100, 100]);
  const stripes = {
    data: Uint8Array.from({ length: 64 }, (_, i) => 200 * (i % 2)),
    width: 64,
    height: 1,
    channels: 1,
  };
  for (const value of values(stripes, { ...gray, width: 4 })) assert.ok(Math.abs(value - 100) < 10);
});

test('the number of channels follows from the data when it is not given, as in an ImageData', () => {
  const { channels: _, ...frame } = gradient(4, 3);
  assert.deepEqual(
    values(frame, { width: 4, height: 3 }),
    values(gradient(4, 3), { width: 4, height: 3 }),
  );
});

test('each tensor is new, whatever size came before', () => {
  const small = wq.frameToTensor(gradient(4, 4), { width: 4, height: 4 });
  const copy = small.slice();
  const large = wq.frameToTensor(gradient(640, 480), { width: 224, height: 224 });
  assert.equal(large.length, 224 * 224 * 3);
  assert.deepEqual(small, copy);
  assert.deepEqual(wq.frameToTensor(gradient(4, 4), { width: 4, height: 4 }), copy);
});

test('frames are checked', () => {
  const size = { width: 2, height: 2 };
  const wrong = (frame, where, message) =>
    assertThrows(() => wq.frameToTensor(frame, size), 'invalid-input', where, message);
  wrong(undefined, 'frame', /undefined/);
  wrong('picture.jpg', 'frame', /"picture.jpg"/);
  wrong({}, 'frame');
  wrong({ ...gradient(2, 2), data: [1, 2] }, 'frame.data', /array/);
  wrong({ ...gradient(2, 2), data: new Float32Array(16) }, 'frame.data', /Float32Array/);
  wrong({ ...gradient(2, 2), width: 0 }, 'frame.width', /0/);
  wrong({ ...gradient(2, 2), height: Number.NaN }, 'frame.height', /NaN/);
  wrong({ ...gradient(2, 2), channels: 2 }, 'frame.channels', /2/);
  wrong({ ...gradient(2, 2), width: 3 }, 'frame.data', /24.*16/);
  wrong({ data: new Uint8Array(7), width: 2, height: 2 }, 'frame.data', /1\.75/);
});

test('options are checked', () => {
  const wrong = (options, where, message) =>
    assertThrows(() => wq.frameToTensor(gradient(2, 2), options), 'invalid-input', where, message);
  wrong(undefined, 'options', /width/);
  wrong({ height: 2 }, 'options.width', /undefined/);
  wrong({ width: 2, height: -2 }, 'options.height', /-2/);
  const size = { width: 2, height: 2 };
  wrong({ ...size, crop: 'top' }, 'options.crop', /"top"/);
  wrong({ ...size, resize: 'cubic' }, 'options.resize', /"cubic"/);
  wrong({ ...size, channels: 'rgba' }, 'options.channels', /"rgba"/);
  wrong({ ...size, dtype: 'float16' }, 'options.dtype', /"float16"/);
  wrong({ ...size, mean: Number.NaN }, 'options.mean', /NaN/);
  wrong({ ...size, mean: [1, 2] }, 'options.mean', /\[1, 2\]/);
  wrong({ ...size, std: 0 }, 'options.std', /0/);
  wrong({ ...size, std: [1, 0, 1] }, 'options.std', /\[1, 0, 1\]/);
  assertThrows(
    () => wq.frameToTensor(gradient(2, 2), { width: 30_000, height: 30_000 }),
    'out-of-memory',
    'options',
    /30000 x 30000/,
  );
});
