// Which folder of the core may know which other, as src/layers.json says, and what only one place may do.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url);
const textOf = (file) => readFileSync(new URL(file, root), 'utf8');
const { folders } = JSON.parse(textOf('src/layers.json'));

const sources = ['src', 'bindings'].flatMap((folder) =>
  readdirSync(new URL(folder, root), { recursive: true })
    .filter((file) => /\.(cpp|h|inc)$/.test(file))
    .map((file) => `${folder}/${file}`),
);
const includesOf = (file) =>
  [...textOf(file).matchAll(/^#include [<"]([^>"]+)[>"]/gm)].map((match) => match[1]);
const filesThatSay = (pattern) => sources.filter((file) => pattern.test(textOf(file)));

function assertOnly(files, allowed, what) {
  const others = files.filter((file) => !allowed.test(file));
  assert.deepEqual(others, [], `${what} is for ${allowed} only`);
}

/** The folder of a source of the core, or of a header as it is included. */
const folderOf = (file) => dirname(file.replace(/^src\//, ''));

/** What a file includes and its folder may not. */
function forbiddenIncludes(file, includes) {
  const folder = folderOf(file);
  assert.ok(folder in folders, `${file} lies in no folder of src/layers.json`);
  const allowed = [folder, ...folders[folder].may_include];
  return includes.filter((name) => folderOf(name) in folders && !allowed.includes(folderOf(name)));
}

test('the sources are found', () => {
  assert.ok(sources.includes('src/ops/table.cpp') && sources.includes('bindings/bindings.cpp'));
});

test('the table of folders has the folders that there are', () => {
  const used = new Set(sources.filter((file) => file.startsWith('src/')).map(folderOf));
  assert.deepEqual([...used].sort(), Object.keys(folders).sort());
  for (const { may_include } of Object.values(folders))
    for (const name of may_include) assert.ok(name in folders, name);
});

test('each file includes what its folder may include', () => {
  for (const file of sources.filter((name) => name.startsWith('src/'))) {
    assert.deepEqual(forbiddenIncludes(file, includesOf(file)), [], file);
  }
});

test('a forbidden include is found', () => {
  assert.deepEqual(forbiddenIncludes('src/quantize/plan.cpp', ['run/session.h', 'ops/op.h']), [
    'run/session.h',
  ]);
  assert.deepEqual(forbiddenIncludes('src/base/tensor.cpp', ['model/model.h']), ['model/model.h']);
});

test('dependencies have no circles, but between a folder and those inside it', () => {
  const outer = (name) => name.split('/')[0];
  const visit = (name, path) => {
    assert.ok(!path.includes(name), [...path, name].join(' -> '));
    for (const next of folders[name].may_include)
      if (outer(next) !== outer(name)) visit(next, [...path, name]);
  };
  for (const name of Object.keys(folders)) visit(name, []);
});

test('XNNPACK is known where the table says so', () => {
  const known = Object.keys(folders).filter((name) => folders[name].xnnpack);
  const allowed = new RegExp(`^src/(${known.join('|')})/[^/]*$`);
  assertOnly(filesThatSay(/\bxnn_|\bXNN_|\bpthreadpool_/), allowed, 'XNNPACK');
  const including = sources.filter((file) =>
    includesOf(file).some((name) => /^(xnnpack|pthreadpool)/.test(name)),
  );
  assertOnly(including, allowed, 'XNNPACK');
});

test('Emscripten is known to the bindings', () => {
  const including = sources.filter((file) =>
    includesOf(file).some((name) => name.startsWith('emscripten')),
  );
  assertOnly(including, /^bindings\//, 'Emscripten');
});

test('operators are rows of the table, never cases of a switch', () => {
  assert.deepEqual(filesThatSay(/\bcase (OpCode|tflite::BuiltinOperator)::/), []);
});

test('the core throws its own error, catches in one place and prints nothing', () => {
  assertOnly(filesThatSay(/\bthrow\b(?!\s*;)/), /^src\/base\/error\.h$/, 'throw');
  assertOnly(
    filesThatSay(/\bcatch \(/),
    /^(src\/run\/inspect\.cpp|bindings\/bindings\.cpp)$/,
    'catch',
  );
  assert.deepEqual(filesThatSay(/\b(printf|fprintf|puts|abort|exit)\(|std::(cout|cerr)/), []);
});
