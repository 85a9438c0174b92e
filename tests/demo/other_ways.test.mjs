// Frames and accidents of other kinds.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import {
  assertAccessible,
  calibrate,
  chooseSource,
  framesTaken,
  loaded,
  make,
  openCamera,
  photograph,
  startDemo,
} from './support.mjs';

let demo;
let visit;
let page;

const open = async (options) => {
  visit = await demo.open(options);
  page = visit.page;
};
before(async () => {
  demo = await startDemo();
});
after(() => demo?.close());

beforeEach(() => {
  visit = undefined;
});
afterEach(async () => {
  await visit?.context.close();
  assert.deepEqual(visit?.complaints ?? [], []);
});

test('a video file', async () => {
  await open();
  const video = await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm' });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => {
      recorder.onstop = resolve;
    });
    recorder.start();
    for (let i = 0; i < 20; ++i) {
      context.fillStyle = `hsl(${18 * i} 80% 50%)`;
      context.fillRect(0, 0, 300, 150);
      await new Promise(requestAnimationFrame);
    }
    recorder.stop();
    await stopped;
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
  });
  await chooseSource(page, 'Video file');
  const file = { name: 'v.webm', mimeType: 'video/webm', buffer: Buffer.from(video) };
  await page.setInputFiles('#video-file', file);
  await page.waitForSelector('.preview video');
  await page.getByLabel('Number of frames').fill('4');
  await page.getByLabel('Interval in ms').fill('0');
  await calibrate(page);
  assert.equal(await framesTaken(page), 4);
});

test('a camera that is refused leaves the other sources', async () => {
  await open();
  await chooseSource(page, 'Camera');
  await page.getByRole('alert').filter({ hasText: 'not allowed to use the camera' }).waitFor();
  await assertAccessible(page);
  await photograph(page, 'refused');
  await chooseSource(page, 'Examples');
  await page.waitForSelector('.preview canvas');
  await calibrate(page);
});

test('calibration can be cancelled in the middle and taken up again', async () => {
  await open({ permissions: ['camera'] });
  await openCamera(page);
  await page.getByLabel('Number of frames').fill('12');
  await page.getByLabel('Interval in ms').fill('300');
  await page.click('#calibrate-start');
  await page.locator('.strip li').nth(2).waitFor();
  await photograph(page, 'calibrating');
  await page.click('#cancel-calibration');
  await page.waitForSelector('[data-testid=calibrated]');
  const taken = await framesTaken(page);
  assert.ok(taken >= 3 && taken < 12, `${taken} frames`);
  assert.match(
    await page.textContent('[data-testid=calibrated]'),
    new RegExp(`on ${taken} frames`),
  );
  await page.getByLabel('Interval in ms').fill('0');
  await calibrate(page);
  assert.equal(await framesTaken(page), 12);
});

test('by keyboard: a frame that is removed is calibrated without', async () => {
  await open();
  await page.getByLabel('Number of frames').fill('5');
  await page.keyboard.press('Tab');
  await page.locator('#calibrate-start').focus();
  await page.keyboard.press('Enter');
  await page.getByText('Calibrated on 5 frames').waitFor();
  await make(page, 'static-int8');
  await page.locator('.strip .frame').nth(1).focus();
  await page.keyboard.press('Delete');
  await page.getByText('Calibrated on 4 frames').waitFor();
  assert.equal(await framesTaken(page), 4);
  // The version belonged to the frames before.
  await page.waitForFunction(() => !document.querySelector('.card.static-int8.made'));
});

test('every method of calibration shows what it sees', async () => {
  await open();
  await page.getByLabel('Number of frames').fill('8');
  await calibrate(page);
  const select = page.getByLabel('Method', { exact: true });
  const methods = await select
    .locator('option')
    .evaluateAll((options) => options.map(({ value }) => value));
  assert.deepEqual(methods, ['minmax', 'moving-average', 'percentile', 'entropy', 'mse']);
  for (const method of methods) {
    await select.selectOption(method);
    await page.getByText('Calibrated on 8 frames').waitFor();
    const hasHistogram = ['percentile', 'entropy', 'mse'].includes(method);
    await page.waitForFunction(
      (wanted) => (document.querySelector('.ranges path.within') !== null) === wanted,
      hasHistogram,
    );
    const cutOff = await page.locator('.ranges tbody tr td:last-child').allTextContents();
    const isCut = cutOff.filter((text) => text !== '–').length > 0;
    assert.equal(isCut, hasHistogram, `${method}: ${cutOff}`);
    await make(page, 'static-int8');
  }
  await photograph(page, 'histograms');
});

test('the version that meets a target is found', async () => {
  await open();
  await page.getByLabel('Number of frames').fill('16');
  await calibrate(page);
  await page.getByLabel('Largest mean shift in %').fill('0.3');
  await page.click('#make-auto');
  await page.waitForSelector('.card.auto.made');
  const [, tried] = /(\d+) versions? tried/.exec(await page.textContent('.card.auto'));
  assert.ok(Number(tried) >= 1);
  assert.match(
    await page.textContent('.code'),
    /quantizeToTarget\(model, \{ samples, maxShiftPercent: 0\.3 \}\)/,
  );
  await assertAccessible(page);
  await photograph(page, 'found');
});

test('another way of preprocessing starts anew', async () => {
  await open();
  await calibrate(page);
  await page.getByLabel('Mean', { exact: true }).fill('0');
  await page.getByLabel('Mean', { exact: true }).press('Enter');
  await page.waitForFunction(() => !document.querySelector('.strip li'));
  await page.getByText('values 0.').waitFor();
});

test('when the worker stops the page says so and starts another', async () => {
  await open();
  const workers = page.workers();
  const worker = workers.find((candidate) => candidate.url().includes('worker-thread'));
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('struck down');
    });
  });
  await calibrateUntilFailure();
  await photograph(page, 'stopped');
  await page.getByRole('button', { name: 'Start it again' }).click();
  await page.waitForFunction(() => !document.querySelector('main > .notice.error'));
  await calibrate(page);
  const engines = page.workers().filter((other) => other.url().includes('worker-thread'));
  assert.equal(engines.length, 1, 'the one that stopped is gone');
  assert.notEqual(engines[0], worker);

  async function calibrateUntilFailure() {
    await page.click('#calibrate-start');
    await page.getByRole('alert').filter({ hasText: 'The engine has stopped' }).waitFor();
  }
});

test('it works offline', async () => {
  await open();
  await visit.context.setOffline(true);
  await page.reload();
  await loaded(page);
  assert.ok(await page.evaluate(() => crossOriginIsolated));
  await calibrate(page);
  await make(page, 'static-int8');
});

test('themes are switched and kept', async () => {
  await open({ colorScheme: 'dark' });
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
  await page.getByRole('button', { name: 'Use the light theme' }).click();
  assert.equal(await page.getAttribute('html', 'data-theme'), 'light');
  await page.reload();
  await loaded(page);
  assert.equal(await page.getAttribute('html', 'data-theme'), 'light');
});

test('where storage is blocked the page works all the same', async (t) => {
  await open();
  const context = await visit.context.browser().newContext({ colorScheme: 'dark' });
  t.after(() => context.close());
  await context.addInitScript(() => {
    const refuse = {
      get() {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      },
    };
    Object.defineProperty(globalThis, 'localStorage', refuse);
    Object.defineProperty(StorageManager.prototype, 'getDirectory', {
      value: () => Promise.reject(new DOMException('blocked', 'SecurityError')),
    });
  });
  const blocked = await context.newPage();
  const faults = [];
  blocked.on('pageerror', (error) => faults.push(String(error)));
  await blocked.goto(page.url());
  await loaded(blocked);
  assert.equal(await blocked.getAttribute('html', 'data-theme'), 'dark');
  await blocked.getByRole('button', { name: 'Use the light theme' }).click();
  assert.equal(await blocked.getAttribute('html', 'data-theme'), 'light');
  await calibrate(blocked);
  await make(blocked, 'static-int8');
  assert.deepEqual(faults, []);
});

test('judging that is stopped, or has nothing to judge, is over', async () => {
  await open();
  await calibrate(page);
  await make(page, 'static-int8');
  await page.click('#judge');
  const progress = page.locator('.judging [role=status] > *');
  await progress.first().waitFor();
  // Without frames there is nothing to go on with.
  await page.getByRole('button', { name: 'Remove all frames' }).click();
  await progress.first().waitFor({ state: 'detached' });
  assert.ok(await page.locator('#judge').isDisabled());
});

test('the manifest names what there is', () => {
  const site = new URL('../../web/dist/', import.meta.url);
  const manifest = JSON.parse(readFileSync(new URL('manifest.webmanifest', site), 'utf8'));
  for (const { src } of manifest.icons) assert.ok(readFileSync(new URL(src, site)).length > 0);
});
