// What loads, and when: the page is there before the engine is.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { calibrate, framesTaken, loaded, photograph, site, startDemo } from './support.mjs';
import { longTasksWhile } from './tasks.mjs';

const LARGEST_SCRIPTS = 150_000;

test('all scripts together take less than 150 KB', (t) => {
  const folder = join(site, 'assets');
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const sizes = scripts.map(
    (name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length,
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  t.diagnostic(`${total} bytes in ${scripts.length} files after gzip`);
  assert.ok(scripts.length >= 4, 'the page, its workers, and the glue of WebAssembly');
  assert.ok(total < LARGEST_SCRIPTS, `${total} bytes`);
});

test('the page answers before WebAssembly has arrived', async (t) => {
  let arrive;
  const arrived = new Promise((resolve) => {
    arrive = resolve;
  });
  const demo = await startDemo({ before: (path) => path.endsWith('.wasm') && arrived });
  t.after(() => demo.close());
  const isLoaded = (page) => page.getByText('Loading the engine').waitFor();
  const { page, complaints } = await demo.open({ isLoaded });
  await page.getByRole('button', { name: 'Use the dark theme' }).click();
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
  await page.getByRole('radio', { name: 'Images' }).check();
  await page.getByText('Choose a folder').waitFor();
  await page.getByRole('radio', { name: 'Examples' }).check();
  await page.waitForSelector('.preview canvas');
  await page.getByLabel('Number of frames').fill('4');
  assert.ok(await page.locator('#calibrate-start').isDisabled());
  await photograph(page, 'loading');
  arrive();
  await loaded(page);
  assert.ok(await page.getByRole('radio', { name: 'Examples' }).isChecked());
  await calibrate(page);
  assert.equal(await framesTaken(page), 4);
  assert.deepEqual(complaints, []);
});

test('loading holds nothing up', async (t) => {
  const demo = await startDemo();
  t.after(() => demo.close());
  const { page } = await demo.open();
  const load = async () => {
    await page.reload();
    await loaded(page);
  };
  assert.deepEqual(await longTasksWhile(page, load), []);
});
