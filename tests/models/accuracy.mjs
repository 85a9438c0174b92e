// `npm run accuracy [MODEL…]`: what each way of quantizing costs in accuracy, on the real models that lie beside the
// repository, beside the files of Google's converter. Samples that calibrate do not judge.

import { accuracyOf } from '../interop/agreement.mjs';
import { runAll, startWebquant } from '../interop/sessions.mjs';
import { anomalyScores, areaUnderCurve } from './anomaly.mjs';
import { CALIBRATION_SAMPLES, loadSamples, readModelFile, skip } from './samples.mjs';
import { MODELS } from './table.mjs';

const METHODS = ['minmax', 'moving-average', 'percentile', 'entropy', 'mse'];
const REPAIRS = {
  equalization: { equalize: true },
  'bias correction': { biasCorrection: true },
  'both repairs': { equalize: true, biasCorrection: true },
};

/** The samples with their inputs made once: photos take long to decode. */
const decoded = (samples) => samples.map(({ input, label, row }) => ({ input, label, row }));

/** A figure from 0 to 1: the share of right answers, or the area under the curve of an anomaly detector. */
function judge(model, outputs, samples) {
  return model.task === 'anomaly'
    ? areaUnderCurve(anomalyScores(outputs, samples), samples)
    : accuracyOf(outputs, samples);
}

function calibrate(wq, bytes, samples, options) {
  const calibrator = wq.createCalibrator(bytes, options);
  for (const { input } of samples) calibrator.observe(input);
  const stats = calibrator.stats();
  calibrator.dispose();
  return stats;
}

/** { version: figure } of one model. */
function figuresOf(wq, model) {
  const float = readModelFile(model.float);
  const sets = loadSamples(model);
  // Windows of anomalies come after normal ones: every second judges, so that there are both kinds.
  const isOdd = (_, i) => i % 2 === 1;
  const isAnomaly = model.task === 'anomaly';
  const all = isAnomaly ? sets.all.filter((_, i) => i % 2 === 0) : sets.calibration;
  const calibration = decoded(all.slice(0, CALIBRATION_SAMPLES));
  const evaluation = decoded(isAnomaly ? sets.all.filter(isOdd) : sets.evaluation);
  const inputs = evaluation.map(({ input }) => input);
  const measure = (bytes) =>
    judge(model, runAll(wq, bytes, inputs, { quantizeIo: true }), evaluation);
  const quantized = (options) =>
    measure(wq.quantize(float, { equalize: false, biasCorrection: false, ...options }).bytes);

  const figures = { FP32: measure(float), FP16: quantized({ mode: 'fp16' }) };
  figures['dynamic INT8'] = quantized({ mode: 'dynamic-int8' });
  for (const method of METHODS) {
    const stats = calibrate(wq, float, calibration, { method });
    figures[method] = quantized({ mode: 'static-int8', stats });
    for (const [name, repair] of Object.entries(REPAIRS))
      figures[`${method}, ${name}`] = quantized({ mode: 'static-int8', stats, ...repair });
  }
  const official = model.official.find(({ kind }) => kind !== 'dynamic-int8');
  if (official) figures.official = measure(readModelFile(official.file));
  return { figures, samples: evaluation.length };
}

if (skip) {
  console.log(skip);
} else {
  const only = process.argv.slice(2);
  const wq = await startWebquant();
  const judged = MODELS.filter(({ task }) => ['classify', 'anomaly'].includes(task));
  const models = judged.filter(({ name }) => only.length === 0 || only.includes(name));
  const results = models.map((model) => [model.name, figuresOf(wq, model)]);
  const versions = [...new Set(results.flatMap(([, { figures }]) => Object.keys(figures)))];
  console.log(`Calibrated on ${CALIBRATION_SAMPLES} samples.\n`);
  console.log(`| | ${results.map(([name, { samples }]) => `${name} (${samples})`).join(' | ')} |`);
  console.log(`|---${'|---'.repeat(results.length)}|`);
  for (const version of versions) {
    const cells = results.map(([, { figures }]) =>
      version in figures ? (100 * figures[version]).toFixed(2) : '-',
    );
    console.log(`| ${version} | ${cells.join(' | ')} |`);
  }
}
