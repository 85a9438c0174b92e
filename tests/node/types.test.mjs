// A strict TypeScript project compiles against the package's declarations, whatever libraries it has chosen.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');

// A folder outside of the repository, so that nothing but the package itself is found.
const folder = mkdtempSync(join(tmpdir(), 'webquant-types-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
const packageFile = fileURLToPath(import.meta.resolve('webquant/package.json'));
mkdirSync(join(folder, 'node_modules/webquant'), { recursive: true });
copyFileSync(packageFile, join(folder, 'node_modules/webquant/package.json'));
cpSync(join(dirname(packageFile), 'dist'), join(folder, 'node_modules/webquant/dist'), {
  recursive: true,
});
for (const name of ['consumer.ts', 'browser.ts', 'worker.ts'])
  copyFileSync(join(here, 'types', name), join(folder, name));

function compile(file, options) {
  const strict = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    target: 'ES2022',
    types: [],
    exactOptionalPropertyTypes: true,
  };
  const config = { compilerOptions: { ...strict, ...options }, files: [file] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
}

test('with the DOM and NodeNext', () => {
  compile('consumer.ts', { module: 'NodeNext', lib: ['ES2022', 'DOM'] });
  compile('browser.ts', { module: 'NodeNext', lib: ['ES2022', 'DOM'] });
  compile('worker.ts', { module: 'NodeNext', lib: ['ES2022', 'DOM'] });
});

test('with a bundler', () => {
  compile('browser.ts', { module: 'ESNext', moduleResolution: 'bundler', lib: ['ESNext', 'DOM'] });
});

test("without the DOM, as in a Node project with Node's own types", () => {
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  for (const name of ['@types/node', 'undici-types'])
    cpSync(dirname(require.resolve(`${name}/package.json`)), join(folder, 'node_modules', name), {
      recursive: true,
    });
  compile('consumer.ts', { module: 'NodeNext', lib: ['ES2022'], types: ['node'] });
  compile('worker.ts', { module: 'NodeNext', lib: ['ES2022'], types: ['node'] });
});
