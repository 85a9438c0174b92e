// What Node and the page do alike: time how much longer a calibrator takes for a sample than a session.

import { frame } from './versions.mjs';

export const METHODS = ['minmax', 'moving-average', 'percentile', 'entropy', 'mse'];

/**
 * By method how many times as long as `run` an `observe` takes. Both are timed one right after the other, and the median is of
 * these pairs' ratios, so that a slow moment of the machine hits both.
 */
export function timeObserving(wq, bytes, { rounds = 40 } = {}) {
  const session = wq.createSession(bytes);
  const [{ shape }] = session.inputs;
  const input = frame(
    shape.reduce((product, size) => product * size, 1),
    1,
  );
  const timed = (action) => {
    const start = performance.now();
    action();
    return performance.now() - start;
  };
  const run = () => session.run(input);
  const ratios = {};
  for (const method of METHODS) {
    const calibrator = wq.createCalibrator(bytes, { method });
    const observe = () => calibrator.observe(input);
    for (const warm of [run, observe, run, observe]) warm();
    // Whatever comes first in a round finds other caches: they take turns.
    const pairs = Array.from({ length: rounds }, (_, round) => {
      const isFirst = round % 2 === 0;
      const early = isFirst ? timed(observe) : 0;
      const plain = timed(run);
      return (isFirst ? early : timed(observe)) / plain;
    });
    ratios[method] = pairs.sort((a, b) => a - b)[rounds >> 1];
    calibrator.dispose();
  }
  session.dispose();
  return ratios;
}
