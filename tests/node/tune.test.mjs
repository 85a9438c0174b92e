// `calibrator.quantize`: with the method `auto` it compares versions on the inputs that it kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeStats } from 'webquant';
import { loadInWorker } from 'webquant/worker';
import { assertRejects, assertThrows } from './support/errors.mjs';
import { loadHere, model, testSet } from './support/glyphs.mjs';

const wq = await loadHere();
const samples = testSet(wq).samples.slice(0, 24);

function calibrator(options, some = samples) {
  const made = wq.createCalibrator(model, options);
  for (const sample of some) made.observe(sample);
  return made;
}

const auto = calibrator({ method: 'auto' });
const staticInt8 = auto.quantize({ mode: 'static-int8' });

test('the best of the versions that were tried is taken, the simplest of equal ones', () => {
  const { tried, taken } = staticInt8.report;
  assert.ok(tried.length >= 6, `${tried.length}`);
  assert.deepEqual(tried[0], {
    method: 'minmax',
    equalize: false,
    float: [],
    sqnrDb: tried[0].sqnrDb,
  });
  assert.ok(tried.includes(taken) || tried.some((one) => one.sqnrDb === taken.sqnrDb));
  const best = Math.max(
    ...tried.filter(({ float }) => float.length === 0).map((one) => one.sqnrDb),
  );
  assert.ok(taken.sqnrDb > best - 0.75, `${taken.sqnrDb} of ${best} dB`);
  assert.ok(taken.sqnrDb >= tried[0].sqnrDb);
});

test('its figure is that of compare, before the SOFTMAX, and the file is the one that quantize makes', () => {
  const { taken } = staticInt8.report;
  const stats = { ...auto.stats(), method: taken.method };
  const same = wq.quantize(model, {
    mode: 'static-int8',
    stats,
    equalize: taken.equalize,
    exclude: taken.float,
  });
  assert.deepEqual(same.bytes, staticInt8.bytes);
  const { outputs } = wq.compare(model, staticInt8.bytes, samples);
  assert.ok(Math.abs(outputs.probabilities.sqnrDb - taken.sqnrDb) < 15);
});

test('the same inputs give the same bytes, however often it is asked', () => {
  assert.deepEqual(auto.quantize({ mode: 'static-int8' }).bytes, staticInt8.bytes);
  const again = calibrator({ method: 'auto' });
  assert.deepEqual(again.quantize({ mode: 'static-int8' }).bytes, staticInt8.bytes);
  again.dispose();
});

test('what is given is not varied', () => {
  const { tried, ops } = auto.quantize({
    mode: 'static-int8',
    equalize: true,
    mixed: false,
  }).report;
  assert.equal(tried.length, 3);
  assert.ok(tried.every(({ equalize, float }) => equalize && float.length === 0));
  assert.ok(ops.every(({ decision }) => decision === 'int8'));
});

test('without kept inputs, and in other modes, it is quantize', () => {
  const none = calibrator({ method: 'auto', keep: 0 });
  const plain = none.quantize({ mode: 'static-int8' });
  assert.equal(plain.report.tried, undefined);
  const stats = none.stats();
  assert.equal(stats.method, 'auto');
  assert.deepEqual(plain.bytes, wq.quantize(model, { mode: 'static-int8', stats }).bytes);
  // By itself the method is mse.
  const asMse = wq.quantize(model, { mode: 'static-int8', stats: { ...stats, method: 'mse' } });
  assert.deepEqual(plain.bytes, asMse.bytes);
  assert.deepEqual(
    none.quantize({ mode: 'fp16' }).bytes,
    wq.quantize(model, { mode: 'fp16' }).bytes,
  );
  none.dispose();
  const named = calibrator({ method: 'minmax' });
  const expected = wq.quantize(model, { mode: 'static-int8', stats: named.stats() });
  assert.deepEqual(named.quantize({ mode: 'static-int8' }), expected);
  named.dispose();
});

test('inputs are kept as they were, few of them', () => {
  const changed = samples.map((sample) => sample.slice());
  const own = wq.createCalibrator(model, { method: 'auto', keep: 4 });
  for (const sample of changed) {
    own.observe(sample);
    sample.fill(0);
  }
  const other = calibrator({ method: 'auto', keep: 4 });
  const [one, two] = [own, other].map((it) => it.quantize({ mode: 'static-int8' }));
  assert.deepEqual(one, two);
  own.dispose();
  other.dispose();
});

test('statistics of auto merge', () => {
  const [a, b] = [samples.slice(0, 9), samples.slice(9)].map((some) => {
    const part = calibrator({ method: 'auto' }, some);
    const stats = part.stats();
    part.dispose();
    return stats;
  });
  assert.deepEqual(mergeStats(a, b), auto.stats());
  assert.deepEqual(mergeStats(b, a), auto.stats());
});

test('options are checked', () => {
  const wrong = (options, where, message) =>
    assertThrows(() => auto.quantize(options), 'invalid-input', where, message);
  wrong(undefined, 'options', /missing/);
  wrong({ mode: 'static-int8', stats: auto.stats() }, 'options.stats', /no such option/);
  wrong({ mode: 'static-int8', mixed: { maxMacs: 2 } }, 'options.mixed.maxMacs', /2/);
  wrong({ mode: 'static-int8', mixed: 'yes' }, 'options.mixed', /"yes"/);
  wrong({ mode: 'static-int8', mixed: { maxMac: 0.1 } }, 'options.mixed.maxMac', /maxMacs/);
  assertThrows(
    () => wq.quantize(model, { mode: 'static-int8', stats: auto.stats(), mixed: true }),
    'invalid-input',
    'options.mixed',
    /needs samples/,
  );
  for (const keep of [-1, 65, 1.5])
    assertThrows(
      () => wq.createCalibrator(model, { method: 'auto', keep }),
      'invalid-input',
      'options.keep',
    );
  assertThrows(
    () => wq.createCalibrator(model, { method: 'mse', keep: 3 }),
    'invalid-input',
    'options.keep',
    /auto/,
  );
  const empty = wq.createCalibrator(model, { method: 'auto' });
  assertThrows(() => empty.quantize({ mode: 'static-int8' }), 'missing-stats', 'options.stats');
  empty.dispose();
});

test('the worker has it, with progress and a signal', async () => {
  const there = await loadInWorker({ variant: wq.info.variant });
  const remote = await there.createCalibrator(model, { method: 'auto' });
  await remote.observeAll(samples);
  let steps = 0;
  const made = await remote.quantize({
    mode: 'static-int8',
    onProgress: () => {
      ++steps;
    },
  });
  assert.deepEqual(made, staticInt8);
  assert.ok(steps > 0);
  const stopped = remote.quantize({ mode: 'static-int8', signal: AbortSignal.abort() });
  await assert.rejects(stopped, { name: 'AbortError' });
  await assertRejects(() => remote.quantize({ mode: 'x' }), 'invalid-input', 'options.mode');
  assert.equal((await remote.stats()).samples, samples.length);
  await there.dispose();
});
