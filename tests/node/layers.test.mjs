// Which part of the core may know which other, as CONTRIBUTING.md says.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url);
const sources = ['src', 'bindings'].flatMap((folder) =>
  readdirSync(new URL(folder, root), { recursive: true })
    .filter((file) => /\.(cpp|h)$/.test(file))
    .map((file) => `${folder}/${file}`),
);
const textOf = (file) => readFileSync(new URL(file, root), 'utf8');
const includesOf = (file) =>
  [...textOf(file).matchAll(/^#include [<"]([^>"]+)[>"]/gm)].map((match) => match[1]);

const filesThatInclude = (pattern) =>
  sources.filter((file) => includesOf(file).some((name) => pattern.test(name)));
const filesThatSay = (pattern) => sources.filter((file) => pattern.test(textOf(file)));

function assertOnly(files, allowed, what) {
  const others = files.filter((file) => !allowed.test(file));
  assert.deepEqual(others, [], `${what} is for ${allowed} only`);
}

// Lowest first: a file includes headers of its own layer and of those before it.
const layers = [
  /^error\b/,
  /^tensor\b/,
  /^(quant_math|stats|frame|error_metrics)/,
  /^model(?!_builder)/,
  /^(ops\/(op|infer|facts|slices|reference|table)|kernels\/|model_builder)/,
  /^(channel_pairs|quantize|session|subgraph|ops\/lower)/,
  /^(inspect|compare)/,
];
const layerOf = (name) => layers.findIndex((layer) => layer.test(name));

test('the sources are found', () => {
  assert.ok(sources.includes('src/ops/table.cpp') && sources.includes('bindings/bindings.cpp'));
});

test('XNNPACK is known where graphs are lowered and run', () => {
  const lowering = /^src\/(ops\/lower|ops\/table|kernels\/|subgraph|session|inspect)/;
  assertOnly(
    filesThatInclude(/xnnpack|pthreadpool/),
    /^src\/(ops\/lower|kernels\/|subgraph|session)/,
    'XNNPACK',
  );
  assertOnly(filesThatInclude(/^(subgraph|ops\/lower)/), lowering, 'lowering');
});

test('Emscripten is known to the bindings', () => {
  assertOnly(filesThatInclude(/^emscripten/), /^bindings\//, 'Emscripten');
});

test('dependencies point one way', () => {
  for (const file of sources.filter((name) => name.startsWith('src/'))) {
    const own = layerOf(file.slice('src/'.length));
    assert.notEqual(own, -1, `${file} belongs to no layer`);
    for (const name of includesOf(file).filter((name) => layerOf(name) !== -1)) {
      // The table names every operator's functions.
      const known = /^src\/ops\/table\.cpp$/.test(file);
      assert.ok(known || layerOf(name) <= own, `${file} includes ${name}`);
    }
  }
});

test('quantization and sessions do not know each other', () => {
  const quantizing = sources.filter((file) => /^src\/quantize/.test(file));
  const running = sources.filter((file) => /^src\/(session|subgraph|ops\/lower)/.test(file));
  for (const file of quantizing) {
    assert.ok(!includesOf(file).some((name) => /^(session|subgraph|ops\/lower)/.test(name)), file);
  }
  for (const file of running) {
    assert.ok(!includesOf(file).some((name) => /^quantize/.test(name)), file);
  }
});

test('operators are rows of the table, never cases of a switch', () => {
  assert.deepEqual(filesThatSay(/\bcase (OpCode|tflite::BuiltinOperator)::/), []);
});

test('the core throws its own error, catches in one place and prints nothing', () => {
  assertOnly(filesThatSay(/\bthrow\b(?!\s*;)/), /^src\/error\.h$/, 'throw');
  assertOnly(filesThatSay(/\bcatch \(/), /^(src\/inspect\.cpp|bindings\/bindings\.cpp)$/, 'catch');
  assert.deepEqual(filesThatSay(/\b(printf|fprintf|puts|abort|exit)\(|std::(cout|cerr)/), []);
});
