// Quantizes the glyph model in three ways, judges each on labelled frames, and writes the files to examples/glyphs/out.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { load } from 'webquant';
import { folder, INPUT, readCalibration, readModel, readTest } from './frames.mjs';
import { formatTable } from './table.mjs';

const wq = await load();
const model = readModel();

// What the activations' ranges are, from frames like those that the model will see.
const calibrator = wq.createCalibrator(model);
for (const frame of readCalibration()) calibrator.observe(wq.frameToTensor(frame, INPUT));
const stats = calibrator.stats();
calibrator.dispose();

const versions = [
  { name: 'FP32', bytes: model },
  { name: 'FP16', file: 'glyphs_fp16', options: { mode: 'fp16' } },
  { name: 'Dynamic INT8', file: 'glyphs_dynamic', options: { mode: 'dynamic-int8' } },
  { name: 'Static INT8', file: 'glyphs_int8', options: { mode: 'static-int8', stats } },
];
for (const version of versions)
  if (version.options) version.bytes = wq.quantize(model, version.options).bytes;

const { frames, labels } = readTest();
const samples = frames.map((frame) => wq.frameToTensor(frame, INPUT));

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
const percent = (value, digits = 1) => `${value.toFixed(digits)} %`;

const rows = versions.map(({ name, bytes }) => {
  const { accuracy, probabilityShift, verdict } = wq.compare(model, bytes, samples, { labels });
  const { medianMs, memory } = wq.benchmark(bytes, { runs: 200, warmup: 50 });
  const isReference = bytes === model;
  return [
    name,
    kilobytes(bytes.length),
    isReference ? '-' : percent(100 * (1 - bytes.length / model.length)),
    percent(100 * accuracy.candidate),
    isReference ? '-' : percent(probabilityShift.meanPercent, 2),
    isReference ? '-' : percent(probabilityShift.maxPercent, 2),
    `${medianMs.toFixed(3)} ms`,
    kilobytes(memory.weightsBytes + memory.activationsBytes),
    isReference ? 'reference' : verdict,
  ];
});

const header = 'version,file size,smaller by,accuracy,mean shift,max shift,latency,memory,verdict';
console.log(
  `Glyph classifier on ${samples.length} labelled frames, calibrated on ${stats.samples}; webquant ${wq.info.version}, ${wq.info.variant}.\n`,
);
console.log(formatTable(header.split(','), rows));
console.log(
  '\nShift: how far the probability of the FP32 top class moved. Latency: median of 200 runs.',
);

const out = join(folder, 'out');
mkdirSync(out, { recursive: true });
for (const { file, bytes } of versions) if (file) writeFileSync(join(out, `${file}.tflite`), bytes);
const written = versions.filter(({ file }) => file).map(({ file }) => `${file}.tflite`);
console.log(`Written to ${relative(process.cwd(), out) || '.'}: ${written.join(', ')}`);
wq.dispose();
