// The built demo page in Chromium, with everything that it must not do noted down.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChromium } from '../interop/chromium.mjs';
import { startServer } from '../interop/server.mjs';
import { writeFakeCamera } from './fake_camera.mjs';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const site = join(root, 'web/dist');
const axe = readFileSync(createRequire(join(root, 'web/')).resolve('axe-core/axe.min.js'), 'utf8');
/** Pictures of every state, to look at; git ignores them. */
const pictures = join(root, 'build/screenshots');
const WIDTHS = [360, 768, 1440];
const TIMEOUT_MS = 60_000;

/** The page below a folder of a server (for its options see there), and a browser whose camera shows glyphs. */
export async function startDemo(options) {
  mkdirSync(pictures, { recursive: true });
  const camera = join(root, 'build/fake_camera.y4m');
  writeFakeCamera(camera);
  const server = await startServer({ '/some/folder/': site }, options);
  const browser = await startChromium([
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${camera}`,
    '--autoplay-policy=no-user-gesture-required',
  ]);
  return {
    open: ({ url = `${server.origin}/some/folder/`, ...options } = {}) =>
      openPage(browser, url, options),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** A page of its own, without anything kept from others, once it is loaded. */
async function openPage(browser, url, { permissions = [], isLoaded = loaded, ...options }) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    permissions,
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const complaints = [];
  const requests = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${url}index.html`);
  await isLoaded(page);
  context.on('request', (request) => requests.push(request.url()));
  return { page, context, complaints, requests };
}

/** Waits until everything is there that the page will ever fetch. */
export async function loaded(page) {
  await page.waitForSelector('html[data-ready=true]');
  await page.waitForSelector('.graph svg');
}

/** What axe-core finds wrong, in both themes. */
export async function assertAccessible(page) {
  await page.evaluate(axe);
  for (const theme of ['light', 'dark']) {
    await page.evaluate((name) => {
      document.documentElement.dataset.theme = name;
    }, theme);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    const found = violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
    assert.deepEqual(found, [], theme);
  }
}

/** Pictures of a state at every width and in both themes; nothing may reach beyond the edge of the page. */
export async function photograph(page, state) {
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => {
        document.documentElement.dataset.theme = name;
      }, theme);
      const path = join(pictures, `${state}-${width}-${theme}.png`);
      await page.screenshot({ path, fullPage: true });
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${state} is ${overflow} pixels too wide at ${width}`);
  }
  await page.setViewportSize(before);
  await page.evaluate(() => {
    document.documentElement.dataset.theme = 'light';
  });
}

/** The contents of what a click on an element downloads, and its name. */
export async function downloaded(page, selector) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(selector)]);
  return {
    name: download.suggestedFilename(),
    bytes: new Uint8Array(readFileSync(await download.path())),
  };
}

/** Takes frames until the calibration is done. */
export async function calibrate(page) {
  await page.click('#calibrate-start');
  await page.waitForSelector('[data-testid=calibrated]');
}

export async function make(page, mode) {
  await page.click(`#make-${mode}`);
  await page.waitForSelector(`.card.${mode}.made`);
}

export async function chooseSource(page, name) {
  await page.getByRole('radio', { name, exact: true }).check();
}

export async function openCamera(page) {
  await chooseSource(page, 'Camera');
  await page.waitForSelector('.preview video');
}

export const framesTaken = (page) => page.locator('.strip li').count();

/** Float32 samples of an .npy file of [samples, height, width, channels]. */
export function readNpy({ buffer, byteOffset }) {
  const length = new DataView(buffer, byteOffset).getUint16(8, true);
  const header = new TextDecoder().decode(new Uint8Array(buffer, byteOffset + 10, length));
  const [count, ...shape] = /\(([\d, ]+),\)/.exec(header)[1].split(',').map(Number);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const start = byteOffset + 10 + length;
  const values = new Float32Array(buffer.slice(start, start + 4 * count * size));
  return Array.from({ length: count }, (_, i) => values.subarray(i * size, (i + 1) * size));
}
