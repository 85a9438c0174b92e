// What ends a worker, and what does not: only a trap of WebAssembly or the end of the worker's own script does. Everything else is an error
// of the call in which it happens, and all else goes on.

import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import threads from 'node:worker_threads';
import { WebQuantError } from 'webquant';
import { loadInWorker } from 'webquant/worker';
import { assertRejects } from './support/errors.mjs';
import { loadHere, model, sample } from './support/glyphs.mjs';

const SABOTEUR = new URL('support/saboteur.mjs', import.meta.url).href;

/** Node's own workers, as they are made, and whether the next ones are sabotaged. */
const started = [];
let isSabotaged = false;
threads.Worker = class extends threads.Worker {
  constructor(script, options) {
    super(script, isSabotaged ? { ...options, execArgv: ['--import', SABOTEUR] } : options);
    started.push(this);
  }
};
syncBuiltinESMExports();

const here = await loadHere();
const input = sample(here);
const expected = here.createSession(model).run(input);
const channel = new threads.BroadcastChannel('saboteur');
after(() => channel.close());

const loadThere = () => loadInWorker({ variant: here.info.variant });

async function loadSabotaged() {
  isSabotaged = true;
  try {
    return await loadThere();
  } finally {
    isSabotaged = false;
  }
}

/** Makes WebAssembly fail in the worker that is sabotaged: for good by a 'trap', once by an 'exception'. */
const sabotage = (how) =>
  new Promise((resolve) => {
    channel.onmessage = resolve;
    channel.postMessage(how);
  });

test('a trap ends the worker, and every call says so', async (t) => {
  const wq = await loadSabotaged();
  const worker = started.at(-1);
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  const session = await wq.createSession(model);
  const calibrator = await wq.createCalibrator(model);
  assert.deepEqual(await session.run(input), expected);
  const alive = setInterval(() => {}, 1000);
  t.after(() => {
    clearInterval(alive);
    return worker.terminate();
  });
  await sabotage('trap');
  const calls = [wq.inspect(model), session.run(input), wq.benchmark(model), calibrator.stats()];
  for (const call of calls)
    await assertRejects(call, 'internal', 'worker', /unreachable.*load another one/);
  await exited;
  for (const call of [wq.inspect(model), session.run(input), calibrator.observe(input)])
    await assertRejects(call, 'internal', 'worker');
  await session.dispose();
  await wq.dispose();
  const another = await loadThere();
  assert.equal((await another.inspect(model)).ops.length, 19);
  await another.dispose();
});

test('a foreign exception in the worker is an error of its call, and the worker goes on', async () => {
  const wq = await loadSabotaged();
  const session = await wq.createSession(model);
  await sabotage('exception');
  await assertRejects(wq.inspect(model), 'internal', 'webquant', /TypeError: a foreign exception/);
  assert.deepEqual(await session.run(input), expected);
  assert.equal((await wq.inspect(model)).ops.length, 19);
  await wq.dispose();
});

test('whatever a method of the worker throws, the answer names its call', async () => {
  const wasm = dirname(fileURLToPath(import.meta.resolve('webquant/wasm/webquant-simd.wasm')));
  const { guarded, Host } = await import(pathToFileURL(join(wasm, '../worker/host.js')));
  const failureOf = async (thrown, name = 'inspect') => {
    const host = guarded({
      [name]: () => {
        throw thrown;
      },
    });
    return (await host[name]()).failure;
  };
  const failure = (code, where, message, isFatal = false) => ({ code, where, message, isFatal });
  assert.deepEqual(
    await failureOf(new TypeError('x is not a function')),
    failure('internal', 'inspect', 'TypeError: x is not a function'),
  );
  assert.deepEqual(
    await failureOf(new DOMException('enough', 'AbortError'), 'advance'),
    failure('internal', 'webquant', 'AbortError: enough'),
  );
  assert.deepEqual(await failureOf('bare'), failure('internal', 'inspect', 'bare'));
  assert.deepEqual(
    await failureOf(new RangeError('Array buffer allocation failed')),
    failure('out-of-memory', 'inspect', 'RangeError: Array buffer allocation failed'),
  );
  assert.deepEqual(
    await failureOf(new RangeError('Maximum call stack size exceeded')),
    failure('internal', 'inspect', 'RangeError: Maximum call stack size exceeded'),
  );
  assert.deepEqual(
    await failureOf(new WebQuantError('unsupported', 'ADD #1', 'no')),
    failure('unsupported', 'ADD #1', 'no'),
  );
  const trap = new WebAssembly.RuntimeError('unreachable');
  assert.deepEqual(
    await failureOf(trap),
    failure('internal', 'inspect', 'RuntimeError: unreachable', true),
  );
  assert.equal((await failureOf(trap, 'load')).isFatal, false);
  const { failure: gone } = await guarded(new Host()).advance(99);
  assert.deepEqual([gone.code, gone.where], ['invalid-input', 'webquant']);
});

test('what a generator or a call-back of the user throws is an error of the call', async () => {
  const wq = await loadThere();
  const session = await wq.createSession(model);
  const calibrator = await wq.createCalibrator(model);
  const thrown = new DOMException('the camera is gone', 'AbortError');
  async function* failing() {
    yield input;
    throw thrown;
  }
  const isReported = (where) => (error) =>
    error instanceof WebQuantError &&
    error.code === 'invalid-input' &&
    error.where === where &&
    error.cause === thrown &&
    /AbortError: the camera is gone/.test(error.message);
  const calls = {
    compare: (samples, options) => wq.compare(model, model, samples, options),
    quantizeToTarget: (samples, options) => wq.quantizeToTarget(model, { samples, ...options }),
    runAll: (samples, options) => session.runAll(samples, options),
    observeAll: (samples, options) => calibrator.observeAll(samples, options),
  };
  const onProgress = () => {
    throw thrown;
  };
  for (const call of Object.values(calls)) {
    await assert.rejects(call(failing()), isReported('samples'));
    await assert.rejects(call([input], { onProgress }), isReported('options.onProgress'));
    await assertRejects(call(7), 'invalid-input', 'samples', /7/);
  }
  assert.equal((await calibrator.stats()).samples, 2);
  assert.deepEqual(await session.run(input), expected);
  await wq.dispose();
});

test('a generator that ends by the signal of its call gives its reason', async () => {
  const wq = await loadThere();
  const stop = new AbortController();
  function* until() {
    yield input;
    stop.abort();
    stop.signal.throwIfAborted();
  }
  const session = await wq.createSession(model);
  const { signal } = stop;
  await assert.rejects(session.runAll(until(), { signal }), (error) => error === signal.reason);
  await wq.dispose();
});

test('in this thread a generator that fails is an error of the call, too', () => {
  const thrown = new Error('no more');
  function* failing() {
    yield input;
    throw thrown;
  }
  const isReported = (error) =>
    error instanceof WebQuantError && error.where === 'samples' && error.cause === thrown;
  assert.throws(() => here.compare(model, model, failing()), isReported);
  assert.throws(() => here.quantizeToTarget(model, { samples: failing() }), isReported);
  assert.deepEqual(here.createSession(model).run(input), expected);
});
