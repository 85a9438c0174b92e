import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { relaxedSimd } from 'wasm-feature-detect';
import { load, WebQuant, WebQuantError } from 'webquant';
import { assertRejects, assertThrows } from './support/errors.mjs';
import { loadHere, model, sample } from './support/glyphs.mjs';

const hasRelaxed = await relaxedSimd();
const best = hasRelaxed ? 'relaxed-simd' : 'simd';
const file = (name) => fileURLToPath(import.meta.resolve(`webquant/wasm/${name}`));
const wasmFolder = dirname(file('webquant-simd.wasm'));
const binary = (variant) => readFileSync(file(`webquant-${variant}.wasm`));

test('info tells what was loaded', async () => {
  const { version } = JSON.parse(
    readFileSync(fileURLToPath(import.meta.resolve('webquant/package.json')), 'utf8'),
  );
  const wq = await load();
  assert.ok(wq instanceof WebQuant);
  assert.deepEqual({ ...wq.info }, { version, variant: best, threads: 1, xnnpack: '4ea82e5' });
  assert.ok(Object.isFrozen(wq.info));
});

test('a variant can be asked for', async () => {
  assert.equal((await load({ variant: 'simd' })).info.variant, 'simd');
  assert.equal((await load({ variant: 'auto' })).info.variant, best);
  if (hasRelaxed) assert.equal((await load({ variant: best })).info.variant, best);
  else await assertRejects(load({ variant: 'relaxed-simd' }), 'unsupported', 'options.variant');
});

test('wrong options are refused', async () => {
  await assertRejects(
    load({ variant: 'sse' }),
    'invalid-input',
    'options.variant',
    /"relaxed-simd".*"sse"/,
  );
  await assertRejects(load({ threads: 0 }), 'invalid-input', 'options.threads', /0/);
  await assertRejects(load({ threads: 1.5 }), 'invalid-input', 'options.threads', /1\.5/);
  await assertRejects(load({ threads: 2 }), 'unsupported', 'options.threads', /2 threads/);
  await assertRejects(load(null), 'invalid-input', 'options', /null/);
  await assertRejects(load({ wasmUrl: 7 }), 'invalid-input', 'options.wasmUrl', /7/);
  await assertRejects(load({ wasmBinary: 'x' }), 'invalid-input', 'options.wasmBinary', /"x"/);
});

test('wasmUrl is a folder: a URL, a string, with or without a slash, relative to the working directory', async () => {
  const url = pathToFileURL(wasmFolder);
  const relativePath = relative(process.cwd(), wasmFolder);
  for (const wasmUrl of [url, url.href, `${url.href}/`, relativePath])
    assert.equal((await load({ wasmUrl })).info.variant, best);
});

test('a wasmUrl that leads nowhere is named', async () => {
  const wasmUrl = new URL('nowhere/', pathToFileURL(wasmFolder)).href;
  await assertRejects(
    load({ wasmUrl }),
    'invalid-input',
    'options.wasmUrl',
    /nowhere\/webquant-.*\.wasm/,
  );
});

test('wasmBinary is the .wasm file itself, of either variant', async () => {
  for (const variant of hasRelaxed ? ['simd', 'relaxed-simd'] : ['simd']) {
    const bytes = binary(variant);
    const wq = await load({ wasmBinary: bytes });
    assert.equal(wq.info.variant, variant);
    assert.equal(wq.inspect(model).inputs[0].name, 'image');
    assert.equal(
      (await load({ variant, wasmBinary: new Uint8Array(bytes).buffer })).info.variant,
      variant,
    );
  }
});

test('a wasmBinary that is something else is refused', async () => {
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  await assertRejects(
    load({ wasmBinary: empty }),
    'invalid-input',
    'options.wasmBinary',
    /webquant-simd\.wasm/,
  );
  await assertRejects(load({ wasmBinary: model }), 'invalid-input', 'options.wasmBinary');
  if (hasRelaxed)
    await assertRejects(
      load({ variant: 'simd', wasmBinary: binary(best) }),
      'invalid-input',
      'options.wasmBinary',
    );
});

/** What `load` throws while a function of WebAssembly fails so. */
async function failing(name, thrown, options) {
  const original = WebAssembly[name];
  WebAssembly[name] = () => Promise.reject(thrown);
  try {
    await load(options);
  } catch (error) {
    return error;
  } finally {
    WebAssembly[name] = original;
  }
  assert.fail('nothing was thrown');
}

test('a failure keeps its cause and its code, wherever the module comes from', async () => {
  const { CompileError, LinkError, RuntimeError } = WebAssembly;
  const sources = {
    load: {},
    'options.wasmUrl': { wasmUrl: pathToFileURL(wasmFolder) },
    'options.wasmBinary': { wasmBinary: binary('simd'), variant: 'simd' },
  };
  const memory = new RangeError('WebAssembly.instantiate(): Out of memory: Cannot allocate memory');
  const cases = [
    ['instantiate', memory, ['out-of-memory', 'out-of-memory', 'out-of-memory']],
    ['compile', memory, ['out-of-memory', 'out-of-memory', 'out-of-memory']],
    ['instantiate', new RuntimeError('unreachable'), ['internal', 'internal', 'internal']],
    ['instantiate', new LinkError('import'), ['internal', 'invalid-input', 'invalid-input']],
    ['instantiate', new Error('odd'), ['internal', 'invalid-input', 'invalid-input']],
    ['compile', new CompileError('opcode'), ['internal', 'invalid-input', 'invalid-input']],
  ];
  for (const [name, thrown, codes] of cases)
    for (const [i, [where, options]] of Object.entries(sources).entries()) {
      const error = await failing(name, thrown, options);
      assert.ok(error instanceof WebQuantError, String(error));
      assert.deepEqual([error.code, error.where], [codes[i], where], error.message);
      assert.equal(error.cause, thrown);
      const isOther = thrown instanceof LinkError && where === 'options.wasmBinary';
      assert.match(error.message, isOther ? /this is not webquant-simd\.wasm/ : /: .*: ./);
      if (!isOther) assert.ok(error.message.includes(thrown.message), error.message);
    }
});

test('a binary is called something else only if no variant takes it', async () => {
  // Too little memory for the first variant says nothing about the file.
  const thrown = new RangeError('could not allocate memory');
  const error = await failing('instantiate', thrown, { wasmBinary: binary(best) });
  assert.deepEqual([error.code, error.cause], ['out-of-memory', thrown]);
});

test('JavaScript that is missing is named, and not the binary', async () => {
  // Beside the package, where a copy of it finds what it depends on.
  const copy = mkdtempSync(join(wasmFolder, '../../../webquant-copy-'));
  try {
    cpSync(join(wasmFolder, '..'), copy, { recursive: true });
    writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
    for (const variant of ['simd', 'relaxed-simd'])
      rmSync(join(copy, `wasm/webquant-${variant}.mjs`));
    const { load: broken, WebQuantError: Broken } = await import(
      pathToFileURL(join(copy, 'index.js'))
    );
    for (const options of [{}, { wasmBinary: binary('simd') }])
      await assert.rejects(broken(options), (error) => {
        assert.ok(error instanceof Broken, String(error));
        assert.deepEqual([error.code, error.where], ['internal', 'load']);
        assert.equal(error.cause.code, 'ERR_MODULE_NOT_FOUND');
        return true;
      });
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test('each load has its own module, and nothing is global or printed', async (t) => {
  const printed = ['log', 'info', 'warn', 'error', 'debug'].map((name) =>
    t.mock.method(console, name),
  );
  const before = Reflect.ownKeys(globalThis);
  const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
  const listening = listeners();
  const [one, two] = await Promise.all([loadHere(), loadHere()]);
  const input = sample(one);
  const sessions = [one, two].map((wq) => wq.createSession(model));
  assert.notEqual(sessions[0].input('image').buffer, sessions[1].input('image').buffer);
  const expected = sessions[0].run(input);
  one.dispose();
  assertThrows(() => one.inspect(model), 'invalid-input', 'webquant', /dispose/);
  assertThrows(() => sessions[0].run(input), 'invalid-input', 'session', /dispose/);
  assert.deepEqual(sessions[1].run(input), expected);
  assert.deepEqual(Reflect.ownKeys(globalThis), before);
  assert.deepEqual(listeners(), listening);
  for (const { mock } of printed) assert.equal(mock.callCount(), 0);
});
