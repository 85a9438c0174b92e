// The packed package in an application of esbuild's and one of webpack's; the demo page is one of Vite's.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import webpack from 'webpack';
import { load } from 'webquant';
import { startChromium } from '../interop/chromium.mjs';
import { startServer } from '../interop/server.mjs';

const here = import.meta.dirname;
const glyphs = join(here, '../../examples/glyphs');
const packageFolder = dirname(fileURLToPath(import.meta.resolve('webquant/package.json')));
// Beside the packed package, as an application that has installed it.
const app = join(packageFolder, '../../app');
const entry = join(app, 'main.js');

let server;
let browser;

before(async () => {
  rmSync(app, { recursive: true, force: true });
  cpSync(join(here, 'app'), app, { recursive: true });
  for (const bundler of ['esbuild', 'webpack']) {
    mkdirSync(join(app, bundler));
    writeFileSync(
      join(app, bundler, 'index.html'),
      '<!doctype html><link rel="icon" href="data:,"><script type="module" src="main.js"></script>',
    );
  }
  server = await startServer({ '/app/': app, '/glyphs/': glyphs });
  browser = await startChromium();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** What the application of a bundler says, and what was complained about. */
async function run(bundler) {
  const page = await browser.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${server.origin}/app/${bundler}/index.html`);
  await page.waitForFunction(() => globalThis.quantize);
  const said = await page.evaluate((url) => globalThis.quantize(url), '/glyphs/glyphs.tflite');
  assert.deepEqual(complaints, []);
  await page.close();
  return said;
}

const model = readFileSync(join(glyphs, 'glyphs.tflite'));
const { length } = (await load()).quantize(model, { mode: 'dynamic-int8' }).bytes;
const expected = { sizes: [length, length], classes: 36 };

test('webpack finds everything by itself', async () => {
  const compiler = webpack({
    mode: 'production',
    context: app,
    entry,
    output: { path: join(app, 'webpack'), filename: 'main.js' },
  });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  assert.deepEqual(
    [errors, warnings.filter(({ message }) => !/size limit/.test(message))],
    [[], []],
  );
  assert.deepEqual(await run('webpack'), expected);
});

test('esbuild is told of the worker and of WebAssembly', async () => {
  const { resolve } = createRequire(entry);
  const { errors, warnings } = await esbuild.build({
    entryPoints: {
      main: entry,
      'worker-thread': resolve('webquant/worker-thread'),
      'wasm/webquant-simd': resolve('webquant/wasm/webquant-simd.wasm'),
      'wasm/webquant-relaxed-simd': resolve('webquant/wasm/webquant-relaxed-simd.wasm'),
    },
    outdir: join(app, 'esbuild'),
    bundle: true,
    splitting: true,
    format: 'esm',
    loader: { '.wasm': 'copy' },
  });
  assert.deepEqual([errors, warnings], [[], []]);
  assert.deepEqual(await run('esbuild'), expected);
});
