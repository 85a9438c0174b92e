// How soon a worker is free again after a signal has ended what it does; used by the browser's tests and by Node's.

/** What nobody takes for a pause. */
export const AT_ONCE_MS = 100;

const TIMES = 7;
const FOREVER = 1_000_000;

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/**
 * Ends each long call several times somewhere in the middle. Gives by its name the median time until it was rejected and the worker had
 * answered something else, in milliseconds, and whether that answer was right.
 */
export async function timeAborts(wq, model, samples) {
  const session = await wq.createSession(model);
  const calibrator = await wq.createCalibrator(model);
  const expected = JSON.stringify(await session.run(samples[0]));
  const many = Array.from({ length: 400 }, (_, i) => samples[i % samples.length]);
  function* endless() {
    for (;;) yield* samples;
  }
  const calls = {
    calibration: (options) => calibrator.observeAll(endless(), options),
    comparison: (options) => wq.compare(model, model, many, { layers: true, ...options }),
    batch: (options) => session.runAll(endless(), options),
    search: (options) =>
      wq.quantizeToTarget(model, { samples: many, maxShiftPercent: 0, ...options }),
    benchmark: (options) => wq.benchmark(model, { runs: FOREVER, ...options }),
  };
  const found = {};
  for (const [name, call] of Object.entries(calls)) {
    const times = [];
    const answers = new Set();
    for (let i = 0; i < TIMES; ++i) {
      const stop = new AbortController();
      let abortedAt = 0;
      const onProgress = (done) => {
        if (done <= 2 * i || abortedAt) return;
        // Not within the call-back, but as a user's click comes.
        abortedAt = Number.POSITIVE_INFINITY;
        setTimeout(() => {
          abortedAt = performance.now();
          stop.abort();
        }, i);
      };
      const reason = await call({ signal: stop.signal, onProgress }).catch(({ name }) => name);
      const outputs = await session.run(samples[0]);
      times.push(performance.now() - abortedAt);
      answers.add(reason === 'AbortError' && JSON.stringify(outputs) === expected);
    }
    found[name] = { ms: median(times), isRight: answers.size === 1 && answers.has(true) };
  }
  const seen = (await calibrator.stats()).samples;
  await calibrator.observe(samples[0]);
  const goesOn = (await calibrator.stats()).samples === seen + 1;
  return { found, goesOn };
}
