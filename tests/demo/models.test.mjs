// Models of the user's own, good and bad.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { folder, readModel } from '../../examples/glyphs/frames.mjs';
import { withOperatorCode } from '../node/support/tflite.mjs';
import { describedModel } from './described_model.mjs';
import {
  assertAccessible,
  calibrate,
  chooseSource,
  framesTaken,
  loaded,
  make,
  photograph,
  startDemo,
} from './support.mjs';

const model = new Uint8Array(readModel());
const [SOFTMAX, LSTM] = [25, 16];

let demo;
let visit;
let page;

const open = async (options) => {
  visit = await demo.open(options);
  page = visit.page;
};
const openModel = (name, bytes) =>
  page.setInputFiles('#model-file', {
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(bytes),
  });
const nameShown = (name) =>
  page.waitForFunction(
    (wanted) => document.querySelector('[data-testid=model-name]')?.textContent === wanted,
    name,
  );

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

test("a user's model with images, and it is kept for the next visit", async () => {
  await open();
  await openModel('mine.tflite', model);
  await nameShown('mine.tflite');
  await page.setInputFiles('#labels-file', join(folder, 'labels.txt'));
  await page.getByText('36 classes').waitFor();
  await chooseSource(page, 'Images');
  const names = readdirSync(join(folder, 'calibration')).slice(0, 8);
  await page.setInputFiles(
    '#image-files',
    names.map((name) => join(folder, 'calibration', name)),
  );
  await page.waitForSelector('.preview canvas');
  await page.getByLabel('Number of frames').fill('8');
  await calibrate(page);
  assert.equal(await framesTaken(page), 8);
  await make(page, 'static-int8');
  await page.reload();
  await loaded(page);
  await page.getByRole('button', { name: 'mine.tflite', exact: true }).click();
  await nameShown('mine.tflite');
  await page.getByRole('button', { name: 'Forget mine.tflite' }).click();
  await page.waitForFunction(() => !document.querySelector('.kept'));
});

test('preprocessing and names of classes are those of the metadata', async () => {
  await open();
  const mean = [123.675, 116.28, 103.53];
  const std = [58.395, 57.12, 57.375];
  await openModel(
    'colours.tflite',
    describedModel({ mean, std, labels: ['red', 'green', 'blue'] }),
  );
  await nameShown('colours.tflite');
  const fold = page.locator('details', { hasText: 'Preprocessing' });
  await fold.getByText('Taken from the metadata of the file.').first().waitFor();
  await fold.locator('summary').click();
  assert.equal(await page.getByLabel('Mean', { exact: true }).inputValue(), mean.join(', '));
  assert.equal(await page.getByLabel('Standard deviation').inputValue(), std.join(', '));
  assert.equal(await page.getByLabel('Colour order').inputValue(), 'rgb');
  await page.getByText('3 classes').waitFor();
  await page.getByLabel('Number of frames').fill('2');
  await calibrate(page);
  await page.locator('.strip .frame').first().focus();
  await page.keyboard.press('g');
  assert.equal(await page.textContent('.frame-label'), 'green');
  await make(page, 'fp16');
  assert.match(await page.textContent('.code'), /mode: 'fp16'/);
  await openModel('gray.tflite', describedModel({ mean: [0], std: [255], labels: ['light'] }));
  await nameShown('gray.tflite');
  await page.getByText('1 class').waitFor();
  assert.equal(await page.getByLabel('Standard deviation').inputValue(), '255');
  assert.equal(await page.getByLabel('Colour order').count(), 0);
  await page.getByText('values 0.').waitFor();
});

test('a damaged file is refused, and the model before it stays', async () => {
  await open();
  await openModel('damaged.tflite', model.subarray(0, 5000));
  await page.getByRole('alert').filter({ hasText: 'damaged.tflite cannot be opened' }).waitFor();
  assert.equal(await page.textContent('[data-testid=model-name]'), 'glyphs.tflite');
  await photograph(page, 'damaged');
  await calibrate(page);
});

test('an unsupported operator is marked, with the reason', async () => {
  await open();
  await openModel('strange.tflite', withOperatorCode(model, SOFTMAX, LSTM));
  await nameShown('strange.tflite');
  await page.waitForSelector('.node.unsupported');
  await page.getByRole('radio', { name: 'Table' }).check();
  assert.match(await page.textContent('tr.unsupported'), /LSTM.*Cannot run.*\w+/);
  assert.ok(await page.locator('#calibrate-start').isDisabled());
  await assertAccessible(page);
  await photograph(page, 'unsupported');
  await page.getByRole('button', { name: 'Use the bundled model' }).click();
  await nameShown('glyphs.tflite');
  await calibrate(page);
});
