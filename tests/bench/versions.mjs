// What Node and the page do alike: make the four versions of a model and time them.

const MODES = ['fp16', 'dynamic-int8', 'static-int8'];

/** Numbers in [0, 1) from a fixed seed: denormal or zero inputs would time other code. */
export function frame(length, seed) {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

/** { float32: bytes, fp16: bytes, ... } */
export function makeVersions(wq, bytes) {
  const [{ shape }] = wq.inspect(bytes).inputs;
  const length = shape.reduce((product, size) => product * size, 1);
  const calibrator = wq.createCalibrator(bytes);
  for (let seed = 1; seed <= 4; ++seed) calibrator.observe(frame(length, seed));
  const stats = calibrator.stats();
  calibrator.dispose();
  const versions = { float32: bytes };
  for (const mode of MODES) {
    versions[mode] = wq.quantize(bytes, mode === 'static-int8' ? { mode, stats } : { mode }).bytes;
  }
  return versions;
}

/** Median milliseconds of each version. The rounds take turns, so that a slow moment of the machine hits all of them. */
export function timeVersions(wq, versions, { rounds = 5, runs = 20 } = {}) {
  const times = Object.fromEntries(Object.keys(versions).map((name) => [name, []]));
  for (let round = 0; round < rounds; ++round) {
    for (const [name, bytes] of Object.entries(versions)) {
      times[name].push(wq.benchmark(bytes, { runs, warmup: 5 }).medianMs);
    }
  }
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}
