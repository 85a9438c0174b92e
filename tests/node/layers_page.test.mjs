// Which part of the demo page may import which, as web/src/layers.json says. The page imports nothing of the package but its worker entry.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { test } from 'node:test';

const root = new URL('../../web/src/', import.meta.url);
const textOf = (file) => readFileSync(new URL(file, root), 'utf8');
const { folders } = JSON.parse(textOf('layers.json'));

const sources = readdirSync(root, { recursive: true })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.tsx?$/.test(file));

/** Every import and re-export of a text; types too, unless `values` only are asked for. */
function importsOf(text, { values = false } = {}) {
  const pattern = /^(?:import|export)\s+(type\s)?[^'";]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'/gm;
  return [...text.matchAll(pattern)]
    .filter(([, type]) => !(values && type))
    .map(([, , from, bare]) => from ?? bare);
}

const folderOf = (file) => dirname(file).split('/')[0];

/** What a file imports and its folder may not. */
function forbiddenImports(file, text) {
  const own = folderOf(file);
  assert.ok(own in folders, `${file} lies in no folder of web/src/layers.json`);
  return (
    importsOf(text)
      .filter((from) => from.startsWith('.'))
      .map((from) => join(dirname(file), from))
      // The bundled example lies outside of the page.
      .filter((target) => !(own === 'lib' && target.startsWith('../../examples/')))
      .filter((target) => ![own, ...folders[own]].includes(folderOf(target)))
  );
}

test('each file imports what its folder may import', () => {
  assert.ok(sources.includes('state/engine.ts') && sources.includes('view/graph.tsx'));
  for (const file of sources) assert.deepEqual(forbiddenImports(file, textOf(file)), [], file);
});

test('a forbidden import is found', () => {
  const imports = (from) => `import { x } from '${from}';`;
  assert.deepEqual(forbiddenImports('texts/index.ts', imports('../state/source.ts')), [
    'state/source.ts',
  ]);
  assert.deepEqual(forbiddenImports('lib/npy.ts', imports('../view/graph.tsx')), [
    'view/graph.tsx',
  ]);
  assert.deepEqual(forbiddenImports('state/judge.ts', imports('../view/graph.tsx')), [
    'view/graph.tsx',
  ]);
  assert.deepEqual(forbiddenImports('view/graph.tsx', imports('../state/judge.ts')), []);
});

test('texts and lib take nothing but types from each other, or lib takes texts', () => {
  for (const file of sources.filter((name) => name.startsWith('texts/')))
    for (const from of importsOf(textOf(file), { values: true }))
      assert.ok(from.startsWith('./'), `${file} imports ${from}`);
});

test('the package is known by its worker entry, and by its types', () => {
  for (const file of sources)
    for (const from of importsOf(textOf(file), { values: true }))
      if (from.startsWith('webquant')) assert.equal(from, 'webquant/worker', file);
});

test('storage of the browser is asked for in one place', () => {
  const asking = sources.filter((file) =>
    /\b(localStorage|sessionStorage|indexedDB|navigator\.storage)\b/.test(
      textOf(file).replace(/\/\/.*/g, ''),
    ),
  );
  assert.deepEqual(asking, ['lib/storage.ts']);
});

test('each file says at its top what it is for, and has at most 300 lines', () => {
  for (const file of sources) {
    const text = textOf(file);
    assert.match(text, /^(\/\/ \S|\/\/\/ <)/, file);
    assert.ok(text.split('\n').length <= 301, file);
  }
});
