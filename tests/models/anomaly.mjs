// Judging auto-encoders: a sample that is rebuilt badly is an anomaly.

/** Mean squared difference of each sample and its reconstruction. */
export function anomalyScores(outputs, samples) {
  return outputs.map((output, i) => {
    const { input } = samples[i];
    return output.reduce((sum, value, k) => sum + (value - input[k]) ** 2, 0) / output.length;
  });
}

/** Area under the ROC curve: how often an anomaly (label 1) scores above a normal sample (label 0); ties count half. */
export function areaUnderCurve(scores, samples) {
  const positive = scores.filter((_, i) => samples[i].label === 1);
  const negative = scores.filter((_, i) => samples[i].label === 0);
  let above = 0;
  for (const high of positive) {
    for (const low of negative) above += high > low ? 1 : high === low ? 0.5 : 0;
  }
  return above / (positive.length * negative.length);
}
