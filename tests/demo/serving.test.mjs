// The page as a plain host gives it out, and as `npm run demo` does while it is worked on.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { calibrate, loaded, make, root, startDemo } from './support.mjs';

let demo;
before(async () => {
  demo = await startDemo({ isIsolated: false });
});
after(() => demo?.close());

test('where the host cannot isolate the page, its service worker does', async () => {
  const { page, context, complaints, requests } = await demo.open();
  assert.equal(await page.evaluate(() => crossOriginIsolated), false);
  await page.reload();
  await loaded(page);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  await context.setOffline(true);
  await page.reload();
  await loaded(page);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  await calibrate(page);
  await make(page, 'static-int8');
  const { origin, pathname } = new URL(page.url());
  const folder = pathname.slice(0, pathname.lastIndexOf('/') + 1);
  for (const url of requests.filter((it) => !/^(blob|data):/.test(it)))
    assert.ok(url.startsWith(origin + folder), url);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('npm run demo serves the page from its sources', async () => {
  const server = spawn('npm', ['run', 'demo'], { cwd: root, detached: true });
  try {
    const { page, complaints } = await demo.open({ url: await addressOf(server) });
    await calibrate(page);
    await make(page, 'static-int8');
    assert.deepEqual(complaints, []);
  } finally {
    process.kill(-server.pid);
  }
});

/** Where the server says that the page is. */
function addressOf(server) {
  let said = '';
  return new Promise((resolve, reject) => {
    const listen = (text) => {
      said += text;
      const found = /http:\/\/localhost:\d+\//.exec(stripVTControlCharacters(said));
      if (found) resolve(found[0]);
    };
    server.stdout.on('data', listen);
    server.stderr.on('data', listen);
    server.once('exit', () => reject(new Error(said)));
  });
}
