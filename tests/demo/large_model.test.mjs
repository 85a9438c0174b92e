// A model of 14 MB: nothing that the page does with it may be felt.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { calibrate, make, photograph, root, startDemo } from './support.mjs';
import { LONGEST_MS, longTasksWhile } from './tasks.mjs';

const folder = join(root, 'build/bench');
const NAME = 'mobilenet_v2_224.tflite';

let demo;
let page;
let complaints;

before(async () => {
  mkdirSync(folder, { recursive: true });
  execFileSync(join(root, 'build/native/write_networks'), ['bench', folder]);
  demo = await startDemo();
  ({ page, complaints } = await demo.open());
});
after(() => demo?.close());

const isFree = async (act) => assert.deepEqual(await longTasksWhile(page, act), []);

test('a page that is held up is noticed', async () => {
  const busy = await longTasksWhile(page, () =>
    page.evaluate((ms) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    }, 4 * LONGEST_MS),
  );
  assert.equal(busy.length, 1);
});

test('it is opened', () =>
  isFree(async () => {
    await page.setInputFiles('#model-file', join(folder, NAME));
    await page.getByRole('heading', { name: NAME }).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('.node').length === 67);
  }));

test('it is calibrated by every method', async () => {
  await page.getByLabel('Number of frames').fill('8');
  await isFree(() => calibrate(page));
  for (const method of ['percentile', 'entropy', 'mse', 'minmax'])
    await isFree(async () => {
      await page.getByLabel('Method', { exact: true }).selectOption(method);
      await page.getByText('Calibrated on 8 frames').waitFor();
    });
});

test('versions are made, run live, and judged', async () => {
  await isFree(async () => {
    for (const mode of ['fp16', 'static-int8']) await make(page, mode);
  });
  await isFree(async () => {
    await page.click('#live-start');
    await page.waitForFunction(
      () => Number(document.querySelector('[data-testid=live]')?.dataset.frames) > 10,
    );
    await page.click('#live-stop');
  });
  await isFree(async () => {
    await page.click('#judge');
    await page.waitForFunction(
      () => document.querySelectorAll('[data-testid=summary] tbody tr').length === 3,
    );
  });
  await photograph(page, 'large');
});

test('its table is shown, and its report made', async () => {
  await isFree(async () => {
    await page.getByRole('radio', { name: 'Table' }).check();
    await page.waitForFunction(
      () => document.querySelectorAll('.operators tbody tr').length === 65,
    );
  });
  await isFree(async () => {
    await Promise.all([page.waitForEvent('download'), page.click('#download-report')]);
  });
});

test('nothing was complained about', () => assert.deepEqual(complaints, []));
