// Texts of the steps that compare and judge versions, and that hand out files.

import type { VersionId } from '../lib/kinds.ts';
import type { Verdict } from '../lib/scores.ts';

export const versions: Record<VersionId, string> = {
  reference: 'FP32',
  fp16: 'FP16',
  'dynamic-int8': 'Dynamic INT8',
  'static-int8': 'Static INT8',
  auto: 'Auto',
};

const verdicts: Record<Verdict, string> = {
  'very-good': 'Very good',
  acceptable: 'Acceptable',
  reconsider: 'Reconsider',
};

const verdictReasons: Record<Verdict, string> = {
  'very-good': 'Predictions move by less than 1 % on average.',
  acceptable: 'Predictions move by 1 to 3 % on average.',
  reconsider: 'Predictions move by more than 3 % on average.',
};

export const compare = {
  lead: 'The same frame through both versions, live, and then all collected frames through every version.',
  version: 'Compare FP32 with',
  start: 'Start the live comparison',
  stop: 'Stop',
  empty: 'Make a version first. Then both run side by side here.',
  needsSource: 'Choose a source of frames first.',
  latency: 'Latency',
  rate: 'Frames a second',
  size: 'Size',
  memory: 'Memory',
  shift: 'Mean shift',
  top: 'Top 5',
  map: 'Output of',
  failed: 'The comparison stopped',
  judge: 'Judge all versions',
  judgeOn: 'on',
  judgedOn: 'Judged on',
  sets: { collected: 'the collected frames', 'held-out': '100 others' },
  judging: (version: string) => `Judging ${version}`,
  needsFrames: 'Collect frames above first; they are what is judged on.',
  summary: 'All versions',
  summaryCaption: (count: number) =>
    `On ${count} frames; latency is the median of 50 runs in this browser.`,
  sameFrames:
    'These are the frames of the calibration. For a last word, judge on frames that it has not seen.',
  columns: {
    version: 'Version',
    size: 'Size',
    smaller: 'Smaller by',
    latency: 'Latency',
    faster: 'Speed',
    memory: 'Memory',
    shift: 'Mean shift',
    worst: 'Max shift',
    accuracy: 'Accuracy',
    verdict: 'Verdict',
  },
  reference: 'Reference',
  scatter: 'Size, speed and accuracy',
  scatterHint:
    'Further left is faster, further down is closer to FP32. The area of a dot is the size of the file.',
  layers: (version: string) => `Where the error of ${version} comes from`,
  layersHint: 'Signal to quantization noise after each layer, in decibels; shorter is worse.',
  worst: 'Worst frames first',
  worstHint: 'How far the probability of the FP32 answer moved.',
  worstHintOther: 'Largest difference from FP32, in per cent of the range of the output.',
  answers: (reference: string, candidate: string) =>
    reference === candidate ? `both say ${reference}` : `${reference} became ${candidate}`,
  verdicts,
  verdictReasons,
};

export const report = {
  title: (name: string) => `${name}: webquant report`,
  parameters: (count: string) => `${count} parameters`,
  macs: (count: string) => `${count} multiply-adds a frame`,
  calibrated: (frames: string, method: string) => `calibrated on ${frames} by ${method}`,
  judged: { collected: 'judged on the same frames', 'held-out': 'judged on 100 other frames' },
};

export const take = {
  lead: 'Everything that was made here, as files. The report needs nothing else to be read.',
  empty: 'Make a version first.',
  model: (name: string) => `${name} model`,
  modelHint: (size: string) => `${size}, .tflite`,
  stats: 'Calibration statistics',
  statsHint: 'JSON, for wq.quantize',
  samples: 'Calibration frames',
  samplesHint: 'Tensors as .npy',
  report: 'Report',
  reportHint: 'One HTML file',
  json: 'Report as data',
  jsonHint: 'JSON',
  code: 'The same in your code',
  copy: 'Copy the code',
  copied: 'Copied',
};
