// How far two runtimes' outputs of the same samples lie apart. Outputs are lists, one typed array per sample.

/** The classes with the highest score; several where a quantized output has ties. */
function topClasses(scores) {
  const best = scores.reduce((max, score) => Math.max(max, score), -Infinity);
  return [...scores.keys()].filter((i) => scores[i] === best);
}

/** The share of outputs whose top class (the first of several) is the sample's label. */
export function accuracyOf(outputs, samples) {
  const right = outputs.filter((scores, i) => topClasses(scores)[0] === samples[i].label).length;
  return right / samples.length;
}

/** How many samples have a top class in common. */
export function sameTop(ours, theirs) {
  return ours.filter((scores, sample) => {
    const others = topClasses(theirs[sample]);
    return topClasses(scores).some((candidate) => others.includes(candidate));
  }).length;
}

/** The share of pixels whose larger one of two channels is the same. */
export function sameMask(ours, theirs) {
  requireSameShape(ours, theirs);
  const isSecond = (scores, pixel) => scores[2 * pixel + 1] > scores[2 * pixel];
  let pixels = 0;
  let same = 0;
  ours.forEach((scores, sample) => {
    for (let pixel = 0; pixel < scores.length / 2; ++pixel) {
      pixels += 1;
      if (isSecond(scores, pixel) === isSecond(theirs[sample], pixel)) same += 1;
    }
  });
  return same / pixels;
}

function requireSameShape(ours, theirs) {
  if (ours.length !== theirs.length)
    throw new Error(`${ours.length} outputs against ${theirs.length}`);
  ours.forEach((values, i) => {
    if (values.length !== theirs[i].length)
      throw new Error(`${values.length} values against ${theirs[i].length}`);
  });
}

/** The largest difference of any value. NaN where one is NaN, so that no comparison with a bound holds. */
export function maxAbsolute(ours, theirs) {
  requireSameShape(ours, theirs);
  let worst = 0;
  ours.forEach((values, sample) => {
    for (let i = 0; i < values.length; ++i)
      worst = Math.max(worst, Math.abs(values[i] - theirs[sample][i]));
  });
  return worst;
}

/** The largest difference in a sample over the largest magnitude of that sample in `theirs`; the worst sample's. */
export function maxRelative(ours, theirs) {
  requireSameShape(ours, theirs);
  return Math.max(
    ...ours.map((values, sample) => {
      const magnitude = theirs[sample].reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      return maxAbsolute([values], [theirs[sample]]) / magnitude;
    }),
  );
}

/** The root of the mean squared difference of all values. */
export function rootMeanSquare(ours, theirs) {
  requireSameShape(ours, theirs);
  let sum = 0;
  let count = 0;
  ours.forEach((values, sample) => {
    for (let i = 0; i < values.length; ++i) sum += (values[i] - theirs[sample][i]) ** 2;
    count += values.length;
  });
  return Math.sqrt(sum / count);
}

/** From the smallest to the largest of all values. */
export function rangeOf(outputs) {
  let [low, high] = [Infinity, -Infinity];
  for (const values of outputs)
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return high - low;
}

/**
 * Differences counted in quantization steps of the output:
 * { values, withinOne: share of values at most one step apart, worst: the most steps any value is apart }.
 */
export function stepAgreement(ours, theirs, step) {
  requireSameShape(ours, theirs);
  let values = 0;
  let withinOne = 0;
  let worst = 0;
  ours.forEach((sample, s) => {
    for (let i = 0; i < sample.length; ++i) {
      const steps = Math.round(Math.abs(sample[i] - theirs[s][i]) / step);
      values += 1;
      if (steps <= 1) withinOne += 1;
      worst = Math.max(worst, steps);
    }
  });
  return { values, withinOne: withinOne / values, worst };
}
