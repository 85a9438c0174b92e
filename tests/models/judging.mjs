// How good a version of a model is, and on which samples.

import { accuracyOf } from '../interop/agreement.mjs';
import { anomalyScores, areaUnderCurve } from './anomaly.mjs';
import { CALIBRATION_SAMPLES, loadSamples } from './samples.mjs';

/** The samples with their inputs made once: photos take long to decode. */
const decoded = (samples) => samples.map(({ input, label, row }) => ({ input, label, row }));

/** { calibration, evaluation }: what calibrates does not judge. */
export function split(model) {
  const sets = loadSamples(model);
  const isAnomaly = model.task === 'anomaly';
  // Windows of anomalies come after normal ones: every second judges, so that there are both kinds.
  const calibration = isAnomaly ? sets.all.filter((_, i) => i % 2 === 0) : sets.calibration;
  const evaluation = isAnomaly ? sets.all.filter((_, i) => i % 2 === 1) : sets.evaluation;
  return {
    calibration: decoded(calibration.slice(0, CALIBRATION_SAMPLES)),
    evaluation: decoded(evaluation),
  };
}

/** A figure from 0 to 1: the share of right answers, or the area under the curve of an anomaly detector. */
export function judge(model, outputs, samples) {
  return model.task === 'anomaly'
    ? areaUnderCurve(anomalyScores(outputs, samples), samples)
    : accuracyOf(outputs, samples);
}

/** What one sample is worth in that figure; the area is a mean over anomalies and over normal samples. */
export function worthOf(model, samples) {
  if (model.task !== 'anomaly') return 1 / samples.length;
  const anomalies = samples.filter(({ label }) => label === 1).length;
  return 1 / Math.min(anomalies, samples.length - anomalies);
}
