// Which part of the package's TypeScript may import which, as npm/src/layers.json says, and that no two files import each other.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { test } from 'node:test';

const root = new URL('../../npm/src/', import.meta.url);
const textOf = (file) => readFileSync(new URL(file, root), 'utf8');
const { common, parts } = JSON.parse(textOf('layers.json'));

const sources = readdirSync(root, { recursive: true })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.m?ts$/.test(file));

/** A file without its ending, as the table and imports name it. */
const moduleOf = (file) => file.replace(/\.(d\.mts|d\.ts|ts|mjs|js)$/, '');

/** The part of the table that a file belongs to: its folder, or itself. `worker` is both, so the file keeps its ending. */
function partOf(file) {
  const folder = dirname(file);
  if (folder !== '.') return folder.split('/')[0];
  const name = moduleOf(file);
  return name in parts && !sources.some((other) => other.startsWith(`${name}/`))
    ? name
    : `${name}.ts`;
}

/** The files of the package that a text imports or exports from, as paths without endings. */
function importsOf(file, text) {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)['"](\.{1,2}\/[^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => moduleOf(join(dirname(file), match[1])));
}

/** The file of a module. */
const fileOf = (module) => sources.find((file) => moduleOf(file) === module) ?? `${module}.ts`;

/** What a file imports and its part may not. */
function forbiddenImports(file, text) {
  const part = partOf(file);
  assert.ok(part in parts, `${file} lies in no part of npm/src/layers.json`);
  const allowed = [part, ...parts[part]];
  return importsOf(file, text).filter(
    (module) => !common.includes(module) && !allowed.includes(partOf(fileOf(module))),
  );
}

test('the sources and their imports are found', () => {
  assert.ok(sources.includes('api/load.ts') && sources.includes('wasm/webquant-simd.d.mts'));
  assert.ok(importsOf('api/load.ts', textOf('api/load.ts')).includes('modules'));
  assert.deepEqual(
    importsOf('modules.ts', textOf('modules.ts')).filter((module) => module.includes('simd')),
    ['wasm/webquant-relaxed-simd', 'wasm/webquant-simd'],
  );
});

test('the table knows every part, and only parts', () => {
  for (const file of sources) assert.ok(partOf(file) in parts, file);
  for (const allowed of Object.values(parts))
    for (const name of allowed) assert.ok(name in parts, name);
  for (const module of common) assert.ok(sources.includes(`${module}.ts`), module);
});

test('each file imports what its part may import', () => {
  for (const file of sources) assert.deepEqual(forbiddenImports(file, textOf(file)), [], file);
});

test('a forbidden import is found', () => {
  const imports = (from) => `import { x } from '${from}';`;
  assert.deepEqual(forbiddenImports('wasm/core.ts', imports('../api/session.js')), ['api/session']);
  assert.deepEqual(forbiddenImports('wasm/core.ts', imports('../worker/host.js')), ['worker/host']);
  assert.deepEqual(forbiddenImports('api/load.ts', imports('../worker/host.js')), ['worker/host']);
  assert.deepEqual(forbiddenImports('api/load.ts', imports('../index.js')), ['index']);
  assert.deepEqual(forbiddenImports('worker/host.ts', imports('../wasm/core.js')), ['wasm/core']);
  assert.deepEqual(forbiddenImports('worker/host.ts', `const x = import('../worker.js')`), [
    'worker',
  ]);
  assert.deepEqual(forbiddenImports('wasm/core.ts', imports('../api/errors.js')), []);
});

test('what every part may import stands on nothing else', () => {
  for (const module of common) {
    const others = importsOf(`${module}.ts`, textOf(`${module}.ts`));
    for (const other of others) assert.ok(common.includes(other), `${module} imports ${other}`);
  }
});

test('no two files import each other, directly or by way of others', () => {
  const done = new Set();
  const visit = (module, path) => {
    assert.ok(!path.includes(module), [...path, module].join(' -> '));
    if (done.has(module)) return;
    for (const next of importsOf(fileOf(module), textOf(fileOf(module))))
      if (sources.includes(fileOf(next))) visit(next, [...path, module]);
    done.add(module);
  };
  for (const file of sources) visit(moduleOf(file), []);
});

test('Embind and the memory of WebAssembly are known to the folder wasm', () => {
  const users = sources.filter((file) => /\bHEAP[FU]?\d+\b|\bmemory\.buffer\b/.test(textOf(file)));
  for (const file of users) assert.match(file, /^wasm\//);
});

test('each file says at its top what it is for, and has at most 300 lines', () => {
  for (const file of sources) {
    const text = textOf(file);
    assert.match(text, /^(\/\/ \S|\/\*\*\n \* \S[^/]*@packageDocumentation)/, file);
    assert.ok(text.split('\n').length <= 301, file);
  }
});
