// Drawings on the narrowest screens: texts stay where they belong, and none runs into another.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readModel } from '../../examples/glyphs/frames.mjs';
import { withTensorNames } from '../node/support/tflite.mjs';
import { calibrate, make, photograph, startDemo } from './support.mjs';

let demo;
let page;
let complaints;

before(async () => {
  demo = await startDemo();
  ({ page, complaints } = await demo.open({ viewport: { width: 375, height: 800 } }));
});
after(() => demo?.close());

/** The edges of each element that the selector finds, in pixels of the page. */
const boxes = (selector) =>
  page.locator(selector).evaluateAll((elements) =>
    elements.map((element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      return { text: element.textContent, left, right, top, bottom };
    }),
  );

const overlap = (a, b) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

function assertApart(list) {
  for (const [i, one] of list.entries())
    for (const other of list.slice(i + 1))
      assert.ok(!overlap(one, other), `"${one.text}" runs into "${other.text}"`);
}

function assertInside(list, frame, slack = 1) {
  for (const { text, left, right } of list)
    assert.ok(
      left >= frame.left - slack && right <= frame.right + slack,
      `"${text}" is cut: ${left} to ${right} of ${frame.left} to ${frame.right}`,
    );
}

async function assertNodesFit() {
  const nodes = await page.locator('.node').count();
  for (let i = 1; i <= nodes; ++i) {
    const node = `.graph svg > .node:nth-of-type(${i})`;
    const [frame] = await boxes(`${node} > rect:first-of-type`);
    const texts = await boxes(`${node} > text`);
    assert.ok(texts.length >= 2, `node ${i}`);
    assertInside(texts, frame);
    assertApart(texts);
  }
  return nodes;
}

test('names of operators and their counts fit into their boxes', async () => {
  assert.equal(await assertNodesFit(), 21);
  // The widest letter, after as many digits as make each name another.
  const wide = withTensorNames(new Uint8Array(readModel()), ({ length }, index) =>
    String(index).padStart(3, '0').padEnd(length, 'W').slice(-length),
  );
  await page.setInputFiles('#model-file', {
    name: 'wide.tflite',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(wide),
  });
  await page.getByText('wide.tflite').first().waitFor();
  await page.locator('.node-subtitle', { hasText: 'WWWW' }).first().waitFor();
  assert.equal(await assertNodesFit(), 21);
  await page.getByRole('button', { name: 'Use the bundled model' }).click();
});

test('the chart of size and time shows all its words', async () => {
  await page.getByLabel('Number of frames').fill('4');
  await calibrate(page);
  for (const mode of ['fp16', 'dynamic-int8', 'static-int8']) await make(page, mode);
  await page.click('#judge');
  await page.waitForFunction(
    () => document.querySelectorAll('[data-testid=summary] tbody tr').length === 4,
  );
  const [frame] = await boxes('.chart');
  const words = await boxes('.chart .tick, .chart .axis');
  assert.ok(words.length > 6);
  assertInside(words, frame, 0);
  assertApart(words);
  assertInside(await boxes('.chart .name'), frame, 0);
  await photograph(page, 'narrow');
  assert.deepEqual(complaints, []);
});
