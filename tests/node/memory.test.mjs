// How much memory a large model takes while something is done with it: its file is held once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from 'webquant';
import { dense } from './support/dense.mjs';

const MEGABYTE = 2 ** 20;
const FILE_MEGABYTES = 48;
// What a new module has at hand before it has to grow.
const INITIAL_MEGABYTES = 16;

/** By how many megabytes a new module's memory grows while `action` runs. */
async function growthOf(action) {
  const instantiate = WebAssembly.instantiate;
  let memory;
  WebAssembly.instantiate = async (...parameters) => {
    const result = await instantiate(...parameters);
    const { exports } = result.instance ?? result;
    memory = Object.values(exports).find((it) => it instanceof WebAssembly.Memory);
    return result;
  };
  try {
    const wq = await load({ variant: 'simd' });
    const before = memory.buffer.byteLength;
    assert.equal(before, INITIAL_MEGABYTES * MEGABYTE);
    await action(wq);
    return (memory.buffer.byteLength - before) / MEGABYTE;
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

const model = dense(FILE_MEGABYTES);

test('inspect holds the file and no second copy of it', async () => {
  assert.equal(model.length > FILE_MEGABYTES * MEGABYTE, true);
  assert.ok((await growthOf((wq) => wq.inspect(model))) < 1.1 * FILE_MEGABYTES);
});

test('a session is made with the file and the packed weights at hand, and nothing else', async () => {
  const grown = await growthOf((wq) => wq.createSession(model).dispose());
  assert.ok(grown < 2.1 * FILE_MEGABYTES, `${grown} MB`);
});

test('quantizing holds the file, the new constants and the new file', async () => {
  // Half precision: the constants and the file are half as large each, and growing memory rounds up.
  const grown = await growthOf((wq) => wq.quantize(model, { mode: 'fp16' }));
  assert.ok(grown < 2.6 * FILE_MEGABYTES, `${grown} MB`);
});
