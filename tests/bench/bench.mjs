// `npm run bench`: median latency of FP32, FP16, dynamic and static INT8, in this Node, in a Node with relaxed SIMD and in
// Chromium, beside Google's LiteRT.js on the same files; and what calibrating costs beside a plain run (`npm run bench observe`:
// only that). Times depend on the machine; compare them within one run.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { load } from 'webquant';
import { findChromium, startChromium } from '../interop/chromium.mjs';
import { startLiteRt } from '../interop/litert.mjs';
import { startServer } from '../interop/server.mjs';
import { timeObserving } from './observing.mjs';
import { makeVersions, timeVersions } from './versions.mjs';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'build/bench');
const MODELS = ['mobilenet_v1_224', 'mobilenet_v2_224'];
const require = createRequire(import.meta.url);
const nodeNow = `Node ${process.versions.node.split('.')[0]}`;

function row(where, model, times) {
  const cells = Object.entries(times).map(([name, ms]) => {
    const ratio = name === 'float32' ? '' : ` (x ${(times.float32 / ms).toFixed(2)})`;
    return `${name} ${ms.toFixed(2)} ms${ratio}`;
  });
  console.log(`${where.padEnd(26)} ${model.padEnd(18)} ${cells.join(' | ')}`);
}

/** How many times as long as a plain run a calibrator takes. */
function rowOfObserving(where, model, ratios) {
  const cells = Object.entries(ratios).map(([method, ratio]) => `${method} x ${ratio.toFixed(2)}`);
  console.log(`${where.padEnd(26)} ${model.padEnd(18)} observe: ${cells.join(' | ')}`);
}

async function benchNode(model, bytes) {
  for (const variant of ['simd', 'relaxed-simd']) {
    let wq;
    try {
      wq = await load({ variant });
    } catch (error) {
      if (error.code !== 'unsupported') throw error;
      continue; // this Node has no relaxed SIMD
    }
    if (!observingOnly)
      row(`${nodeNow} ${variant}`, model, timeVersions(wq, makeVersions(wq, bytes)));
    rowOfObserving(`${nodeNow} ${variant}`, model, timeObserving(wq, bytes));
    wq.dispose();
  }
}

async function benchChromium(models) {
  const server = await startServer({
    '/page/': join(import.meta.dirname, 'page/'),
    '/bench/': `${import.meta.dirname}/`,
    '/webquant/': join(root, 'npm/'),
    '/wasm-feature-detect/': `${dirname(require.resolve('wasm-feature-detect/package.json'))}/`,
  });
  const browser = await startChromium();
  try {
    for (const [model, bytes] of models) {
      for (const variant of ['simd', 'relaxed-simd']) {
        const page = await browser.newPage();
        await page.goto(`${server.origin}/page/index.html`);
        await page.evaluate(() => window.ready);
        const given = () => [variant, server.give(bytes)];
        const where = `Chromium ${variant}`;
        if (!observingOnly)
          row(where, model, await page.evaluate(([v, url]) => window.bench(v, url), given()));
        rowOfObserving(
          where,
          model,
          await page.evaluate(([v, url]) => window.benchObserving(v, url), given()),
        );
        await page.close();
      }
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

async function benchLiteRt(models) {
  const wq = await load();
  const litert = await startLiteRt();
  try {
    for (const [model, bytes] of models) {
      const times = {};
      for (const [name, version] of Object.entries(makeVersions(wq, bytes))) {
        times[name] = (await litert.benchmark(version, { runs: 50 })).medianMs;
      }
      row(`LiteRT.js ${litert.version}`, model, times);
    }
  } finally {
    await litert.close();
    wq.dispose();
  }
}

const nodeOnly = process.argv.includes('node');
const observingOnly = process.argv.includes('observe');
if (!nodeOnly) {
  execFileSync('cmake', ['--preset', 'native'], { cwd: root, stdio: 'ignore' });
  execFileSync('cmake', ['--build', '--preset', 'native', '--target', 'write_networks'], {
    cwd: root,
    stdio: 'ignore',
  });
  mkdirSync(folder, { recursive: true });
  execFileSync(join(root, 'build/native/write_networks'), ['bench', folder], { stdio: 'inherit' });
}
const models = MODELS.map((model) => [model, readFileSync(join(folder, `${model}.tflite`))]);
for (const [model, bytes] of models) await benchNode(model, bytes);
if (!nodeOnly) {
  const newer = process.env.WEBQUANT_NODE24 ?? join(root, '.deps/node24/bin/node');
  execFileSync(newer, [import.meta.filename, 'node', ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  if (findChromium()) {
    await benchChromium(models);
    if (!observingOnly) await benchLiteRt(models);
  }
}
