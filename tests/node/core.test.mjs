// npm/src/wasm/core.ts describes by hand what bindings/bindings.cpp exports: the two must name the same things.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { assertThrows } from './support/errors.mjs';

const source = readFileSync(new URL('../../npm/src/wasm/core.ts', import.meta.url), 'utf8');
const path = (name) => fileURLToPath(import.meta.resolve(`webquant/wasm/${name}`));

/** The methods that an interface of core.ts declares itself, sorted. */
function declared(name) {
  const body = new RegExp(`^export interface ${name}(?: extends \\w+)? {\n(.*?)^}`, 'ms').exec(
    source,
  );
  assert.ok(body, `core.ts has no interface ${name}`);
  return [...body[1].matchAll(/^ {2}(\w+)\(/gm)].map((match) => match[1]).sort();
}

async function instantiate(variant) {
  const { default: factory } = await import(path(`webquant-${variant}.mjs`));
  const wasm = await WebAssembly.compile(readFileSync(path(`webquant-${variant}.wasm`)));
  return factory({
    instantiateWasm(imports, receive) {
      WebAssembly.instantiate(wasm, imports).then((instance) => receive(instance, wasm));
      return {};
    },
  });
}

const core = await instantiate('simd');
const emscriptens = new Set([
  ...['instantiateWasm', 'print', 'printErr', 'count_emval_handles'],
  ...['BindingError', 'InternalError', 'UnboundTypeError'],
]);
const exported = Object.keys(core)
  .filter((name) => typeof core[name] === 'function' && !emscriptens.has(name))
  .sort();
const isClass = (name) => /^[A-Z]/.test(name);

test('the functions', () => {
  assert.deepEqual(
    exported.filter((name) => !isClass(name)),
    declared('Core'),
  );
});

test('the classes and their methods', () => {
  const classes = [
    'CalibratorRunner',
    'ComparatorRunner',
    'FrameConverter',
    'ReferenceRunner',
    'Runner',
    'SessionRunner',
  ];
  assert.deepEqual(exported.filter(isClass), classes);
  for (const name of classes) {
    const methods = Object.getOwnPropertyNames(core[name].prototype);
    const own = methods.filter((method) => method !== 'constructor');
    assert.deepEqual(own.sort(), declared(name));
  }
});

test('what stops WebAssembly is an internal error', async () => {
  const { release, unwrap } = await import(
    pathToFileURL(join(dirname(path('webquant-simd.wasm')), 'core.js'))
  );
  const trap = new WebAssembly.RuntimeError('unreachable');
  const stop = () => {
    throw trap;
  };
  assertThrows(() => unwrap(stop), 'internal', 'webquant', /unreachable/);
  assertThrows(() => release({ delete: stop }), 'internal', 'webquant', /unreachable/);
  release(undefined);
  const odd = () => {
    throw new TypeError('odd');
  };
  assertThrows(() => unwrap(odd), 'internal', 'webquant', /^webquant: TypeError: odd$/);
  const failure = { error: { code: 'unsupported', where: 'here', message: 'not this' } };
  assertThrows(() => unwrap(() => failure), 'unsupported', 'here', /not this/);
  assert.equal(
    unwrap(() => ({ value: 7 })),
    7,
  );
  assert.equal(
    unwrap(() => undefined),
    undefined,
  );
});
