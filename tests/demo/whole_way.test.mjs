// From the camera to the files, as a visitor goes it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { load } from 'webquant';
import { readModel } from '../../examples/glyphs/frames.mjs';
import {
  assertAccessible,
  calibrate,
  downloaded,
  framesTaken,
  make,
  openCamera,
  photograph,
  readNpy,
  startDemo,
} from './support.mjs';
import { longTasksWhile } from './tasks.mjs';

let demo;
let visit;
let page;
let stats;

before(async () => {
  demo = await startDemo();
  visit = await demo.open({ permissions: ['camera', 'clipboard-read', 'clipboard-write'] });
  page = visit.page;
});

after(() => demo?.close());

test('the page opens with the bundled model', async () => {
  assert.equal(await page.textContent('[data-testid=model-name]'), 'glyphs.tflite');
  assert.equal(await page.locator('.node').count(), 21); // 19 operators, the input, the output
  await assertAccessible(page);
  await photograph(page, 'opened');
});

test('64 frames of the camera are taken without holding the page up', async () => {
  await openCamera(page);
  await photograph(page, 'camera');
  await page.getByLabel('Interval in ms').fill('20');
  assert.deepEqual(await longTasksWhile(page, () => calibrate(page)), []);
  assert.equal(await framesTaken(page), 64);
  assert.match(await page.textContent('[data-testid=calibrated]'), /64 frames/);
  await photograph(page, 'calibrated');
});

test('every version is made', async () => {
  for (const mode of ['fp16', 'dynamic-int8', 'static-int8']) await make(page, mode);
  assert.match(await page.textContent('.card.static-int8'), /71 % smaller/);
});

test('both run live on the camera', async () => {
  await page.click('#live-start');
  await page.waitForFunction(
    () => Number(document.querySelector('[data-testid=live]')?.dataset.frames) > 10,
  );
  const panels = await page.locator('.panel').allTextContents();
  assert.match(panels[0], /FP32.*ms.*556 KB.*MB/);
  assert.match(panels[1], /Static INT8.*ms.*16\d KB.*KB/);
  await photograph(page, 'live');
  await page.click('#live-stop');
  await page.waitForSelector('[data-testid=live][data-running=false]');
});

test('all versions are judged on the frames', async () => {
  await page.click('#judge');
  await page.waitForFunction(
    () => document.querySelectorAll('[data-testid=summary] tbody tr').length === 4,
  );
  const rows = await page.locator('[data-testid=summary] tbody tr').allTextContents();
  assert.match(rows[0], /FP32.*Reference/);
  for (const row of rows.slice(1)) assert.match(row, /Very good|Acceptable/);
  assert.equal(await page.locator('.worst li').count(), 10);
  await photograph(page, 'judged');
});

test('frames that are labelled by key press give the accuracy', async () => {
  assert.equal(await page.getByRole('columnheader', { name: 'Accuracy' }).count(), 0);
  await page.locator('.strip .frame').first().focus();
  await page.keyboard.press('0');
  await page.waitForSelector('.frame-label');
  assert.equal(await page.textContent('.frame-label'), '0');
  await page.getByRole('columnheader', { name: 'Accuracy' }).waitFor();
  await assertAccessible(page);
});

test('the bundled model is also judged on frames that calibration has not seen', async () => {
  await page.getByRole('radio', { name: '100 others' }).check();
  await page.click('#judge');
  await page.getByText('On 100 frames').waitFor();
  await page.waitForFunction(
    () => document.querySelectorAll('[data-testid=summary] tbody tr').length === 4,
  );
  const accuracies = await page
    .locator('[data-testid=summary] tbody tr td:last-child')
    .allTextContents();
  for (const text of accuracies) assert.ok(Number.parseFloat(text) > 90, text);
  await page.getByRole('radio', { name: 'the collected frames' }).check();
});

test('the files are those that Node makes of the same frames', async () => {
  const wq = await load();
  const model = readModel();
  const samples = readNpy((await downloaded(page, '#download-samples')).bytes);
  stats = JSON.parse(new TextDecoder().decode((await downloaded(page, '#download-stats')).bytes));
  const calibrator = wq.createCalibrator(model);
  for (const sample of samples) calibrator.observe(sample);
  assert.equal(stats.samples, 64);
  for (const mode of ['fp16', 'dynamic-int8', 'static-int8']) {
    const { name, bytes } = await downloaded(page, `#download-${mode}`);
    assert.equal(name, `glyphs_${mode}.tflite`);
    assert.deepEqual(bytes, wq.quantize(model, { mode, stats }).bytes);
  }
  if (wq.info.variant === 'relaxed-simd') assert.deepEqual(calibrator.stats(), stats);
});

test('the report says it again, as data and as a page', async () => {
  const report = JSON.parse(
    new TextDecoder().decode((await downloaded(page, '#download-json')).bytes),
  );
  const { frames, method, ranges } = report.calibration;
  assert.deepEqual([frames, method], [64, 'minmax']);
  assert.deepEqual(ranges.image, { min: stats.tensors.image.min, max: stats.tensors.image.max });
  assert.equal(report.versions.length, 4);
  assert.ok(report.versions[3].layers.length > 10);
  const html = new TextDecoder().decode((await downloaded(page, '#download-report')).bytes);
  assert.match(html, /<h1>glyphs\.tflite<\/h1>/);
  assert.doesNotMatch(html, /(src|href)=/);
  const reader = await visit.context.newPage();
  const asked = [];
  reader.on('request', ({ url }) => asked.push(url()));
  await reader.setContent(html);
  assert.equal(await reader.locator('.summary tbody tr').count(), 4);
  assert.equal(await reader.locator('.chart .dot').count(), 4);
  assert.equal(await reader.locator('.ranges tbody tr').count(), Object.keys(ranges).length);
  assert.equal(await reader.locator('.ranges svg .limit').count(), 2 * Object.keys(ranges).length);
  const ground = () => reader.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await assertAccessible(reader);
  await photograph(reader, 'report');
  await reader.emulateMedia({ colorScheme: 'dark' });
  assert.notEqual(await ground(), light);
  await assertAccessible(reader);
  await photograph(reader, 'report-at-night');
  assert.deepEqual(asked, []);
  await reader.close();
});

test('the copied code is what was done', async () => {
  await page.click('#copy-code');
  const code = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(code, /import \{ load \} from 'webquant';/);
  assert.match(
    code,
    /wq\.quantize\(model, \{ mode: 'static-int8', stats: calibrator\.stats\(\) \}\)/,
  );
});

test('nothing was asked of any server, and nothing was complained about', () => {
  const outside = visit.requests.filter((url) => !/^(blob|data):/.test(url));
  assert.deepEqual(outside, []);
  assert.deepEqual(visit.complaints, []);
});
