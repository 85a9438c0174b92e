// `npm run accuracy [MODEL…]`: what each way of quantizing costs in accuracy, on the real models that lie beside the
// repository, beside the files of Google's converter. Samples that calibrate do not judge. Without MODEL the table goes into
// docs/accuracy.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runAll, startWebquant } from '../interop/sessions.mjs';
import { judge, split } from './judging.mjs';
import { CALIBRATION_SAMPLES, readModelFile, skip } from './samples.mjs';
import { MODELS } from './table.mjs';

const METHODS = ['minmax', 'moving-average', 'percentile', 'entropy', 'mse'];
const REPAIRS = {
  '`equalize`': { equalize: true },
  'no `biasCorrection`': { biasCorrection: false },
  '`equalize`, no `biasCorrection`': { equalize: true, biasCorrection: false },
};

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
  const { calibration, evaluation } = split(model);
  const inputs = evaluation.map(({ input }) => input);
  const measure = (bytes) =>
    judge(model, runAll(wq, bytes, inputs, { quantizeIo: true }), evaluation);
  const quantized = (options) => measure(wq.quantize(float, options).bytes);

  const figures = { FP32: measure(float), FP16: quantized({ mode: 'fp16' }) };
  figures['dynamic INT8'] = quantized({ mode: 'dynamic-int8' });
  for (const method of METHODS) {
    const stats = calibrate(wq, float, calibration, { method });
    figures[method] = quantized({ mode: 'static-int8', stats });
    for (const [name, repair] of Object.entries(REPAIRS))
      figures[`${method}, ${name}`] = quantized({ mode: 'static-int8', stats, ...repair });
  }
  const official = model.official.find(({ kind }) => kind !== 'dynamic-int8');
  if (official) figures["Google's file"] = measure(readModelFile(official.file));
  return { title: model.title, figures, samples: evaluation.length };
}

/** Between the marks in docs/accuracy.md. */
function writeReadme(table) {
  const file = join(import.meta.dirname, '..', '..', 'docs', 'accuracy.md');
  const marks = /(<!-- accuracy: .*-->\n)[\s\S]*?(<!-- end of accuracy -->)/;
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(marks, (_, begin, end) => `${begin}${table}\n${end}`),
  );
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
  const cells = (row) => `| ${row.join(' | ')} |`;
  const table = [
    cells(['', ...results.map(([, { title, samples }]) => `${title} (${samples})`)]),
    `|---${'|---'.repeat(results.length)}|`,
    ...versions.map((version) =>
      cells([
        version,
        ...results.map(([, { figures }]) =>
          version in figures ? (100 * figures[version]).toFixed(2) : '-',
        ),
      ]),
    ),
  ].join('\n');
  console.log(`Calibrated on ${CALIBRATION_SAMPLES} samples.\n\n${table}`);
  if (only.length === 0) writeReadme(table);
}
