// The packed package in headless Chromium, as a page without a bundler would use it.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from 'webquant';
import { startChromium } from '../interop/chromium.mjs';
import { startServer } from '../interop/server.mjs';
import { AT_ONCE_MS } from './page/aborts.js';

const here = dirname(fileURLToPath(import.meta.url));
const glyphs = join(here, '../../examples/glyphs');
const frames = readdirSync(join(glyphs, 'calibration')).filter((name) => name.endsWith('.jpg'));
const frameUrls = frames.slice(0, 16).map((name) => `/glyphs/calibration/${name}`);
const modelUrl = '/glyphs/glyphs.tflite';
const model = new Uint8Array(readFileSync(join(glyphs, 'glyphs.tflite')));
const MODES = ['fp16', 'dynamic-int8', 'static-int8'];
const FRAME_ELEMENTS = 64 * 64 * 3;

let site;
let server;
let browser;
let page;
const complaints = [];

/** The package and its dependencies, side by side. Pages know no bare specifiers, so those are spelt out. */
function copyPackage(to) {
  const packageFile = fileURLToPath(import.meta.resolve('webquant/package.json'));
  const { resolve } = createRequire(packageFile);
  cpSync(join(dirname(packageFile), 'dist'), join(to, 'webquant/dist'), { recursive: true });
  const spellings = [
    ["'wasm-feature-detect'", "'/wasm-feature-detect/index.js'", ['api/load.js']],
    ["'comlink'", "'/comlink/comlink.mjs'", ['worker/connection.js', 'worker/host.js']],
    ["'comlink'", "'/comlink/comlink.mjs'", ['worker/thread.js']],
    ["'comlink/dist/esm/node-adapter.mjs'", "'/comlink/node-adapter.mjs'", ['worker/node.js']],
  ];
  for (const name of ['wasm-feature-detect', 'comlink'])
    cpSync(join(dirname(resolve(`${name}/package.json`)), 'dist/esm'), join(to, name), {
      recursive: true,
    });
  for (const [bare, spelt, files] of spellings) {
    for (const file of files.map((name) => join(to, 'webquant/dist', name))) {
      const text = readFileSync(file, 'utf8');
      assert.ok(text.includes(bare), `${file} imports ${bare}`);
      writeFileSync(file, text.replace(bare, spelt));
    }
  }
}

before(async () => {
  site = mkdtempSync(join(tmpdir(), 'webquant-site-'));
  copyPackage(site);
  server = await startServer({ '/page/': `${here}/page`, '/glyphs/': glyphs, '/': site });
  browser = await startChromium();
  page = await browser.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${server.origin}/page/index.html`);
  await page.waitForFunction(() => globalThis.actions);
});

after(async () => {
  await browser?.close();
  await server?.close();
  if (site) rmSync(site, { recursive: true });
});

const act = (action, argument) =>
  page.evaluate(([name, value]) => globalThis.actions[name](value), [action, argument]);

/** Quantizes in the page: what it says, its tensors, and its three files. */
async function quantizeInPage(variant) {
  const tensors = server.expect();
  const files = MODES.map(() => server.expect());
  const fileUrls = files.map(({ url }) => url);
  const said = await act('quantize', {
    modelUrl,
    frameUrls,
    tensorsUrl: tensors.url,
    fileUrls,
    variant,
  });
  const { buffer } = new Uint8Array(tensors.take());
  const floats = new Float32Array(buffer);
  return {
    ...said,
    tensors: frameUrls.map((_, i) => floats.subarray(i * FRAME_ELEMENTS, (i + 1) * FRAME_ELEMENTS)),
    files: files.map((file) => new Uint8Array(file.take())),
  };
}

test('the page picks relaxed SIMD, quantizes, and runs all versions', async () => {
  const { info, stats, outputs, verdicts, files } = await quantizeInPage();
  assert.equal(info.variant, 'relaxed-simd');
  assert.equal(stats.samples, 16);
  for (const probabilities of outputs) {
    const sum = probabilities.reduce((a, b) => a + b);
    assert.ok(Math.abs(sum - 1) < 0.1, `probabilities add up to ${sum}`);
  }
  for (const verdict of verdicts) assert.notEqual(verdict, 'reconsider');
  // From the same statistics Node makes the same files, in whichever variant it has.
  const wq = await load();
  MODES.forEach((mode, i) => {
    assert.deepEqual(wq.quantize(model, { mode, stats }).bytes, files[i]);
  });
});

test('from the same tensors Node makes the same statistics and files', async () => {
  const { info, stats, files, tensors } = await quantizeInPage('simd');
  assert.equal(info.variant, 'simd');
  const wq = await load({ variant: 'simd' });
  const calibrator = wq.createCalibrator(model);
  for (const tensor of tensors) calibrator.observe(tensor);
  assert.deepEqual(calibrator.stats(), stats);
  MODES.forEach((mode, i) => {
    assert.deepEqual(wq.quantize(model, { mode, stats: calibrator.stats() }).bytes, files[i]);
  });
});

test('every kind of frame gives the same tensor', async () => {
  const differences = await act('frameKinds', { frameUrl: frameUrls[0] });
  const { video, ...exact } = differences;
  for (const [name, difference] of Object.entries(exact))
    assert.ok(difference < 1e-3, `${name}: ${difference}`);
  assert.ok(video < 40, `video: ${video}`); // its colours are stored in less detail
});

test('a worker can do the same', async () => {
  const { variant, fromPixels, fromCanvas } = await act('inWorker', { modelUrl });
  assert.equal(variant, 'relaxed-simd');
  assert.equal(fromPixels.length, 36);
  assert.deepEqual(fromCanvas, fromPixels);
});

test('the package in a worker gives the same answers', async () => {
  const { same, moved, differences, classes } = await act('offThread', {
    modelUrl,
    frameUrls,
  });
  assert.deepEqual(same, { info: true, inspected: true, stats: true, bytes: true, report: true });
  assert.deepEqual(moved, { copied: FRAME_ELEMENTS, transferred: 0, bitmap: 0 });
  for (const [kind, difference] of Object.entries(differences))
    assert.ok(difference < 1e-3, `${kind}: ${difference}`);
  assert.equal(classes, 36);
});

test('a signal ends long calls at once, and everything stays usable', async (t) => {
  const { found, goesOn } = await act('aborts', { modelUrl, frameUrls: frameUrls.slice(0, 4) });
  assert.ok(goesOn);
  for (const [name, { ms, isRight }] of Object.entries(found)) {
    t.diagnostic(`${name}: ${ms.toFixed(1)} ms`);
    assert.ok(isRight, name);
    assert.ok(ms < AT_ONCE_MS, `${name}: ${ms} ms`);
  }
});

test('a model may be a file, which the worker reads', async () => {
  assert.deepEqual(await act('files', { modelUrl }), { same: true, gone: 'invalid-input bytes' });
});

test('when its worker stops, what is pending is rejected, and another one can be loaded', async () => {
  const seen = page.waitForEvent('worker');
  const failure = act('crash', { modelUrl });
  const worker = await seen;
  await page.waitForFunction(() => globalThis.isBenchmarking);
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('struck down');
    });
  });
  const { pending, later, loaded } = await failure;
  assert.match(pending, /^internal worker: .*struck down/);
  assert.equal(later, pending);
  assert.equal(loaded, 19);
});

test('errors have their codes', async () => {
  assert.deepEqual(await act('errors'), [
    'invalid-input frame',
    'invalid-input frame',
    'invalid-input frame',
    'invalid-model model',
    'invalid-input options.wasmUrl',
    'unsupported options.threads',
  ]);
  // The browser itself says that the address does not exist.
  assert.deepEqual(
    complaints.splice(0).filter((text) => !/404/.test(text)),
    [],
  );
});

test('nothing was printed', () => {
  assert.deepEqual(complaints, []);
});
