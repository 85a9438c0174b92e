// Texts of the steps that choose frames and calibrate on them.

import type { CalibrationMethod } from 'webquant';
import type { SourceKind } from '../lib/kinds.ts';

const methods: Record<CalibrationMethod, { name: string; hint: string }> = {
  auto: { name: 'Automatic', hint: 'Tries several ways and takes the best.' },
  minmax: { name: 'Min-max', hint: 'The whole range that was seen. Simple and safe.' },
  'moving-average': {
    name: 'Moving average',
    hint: 'The mean range of a frame, recent frames first. Forgives single odd frames.',
  },
  percentile: { name: 'Percentile', hint: 'Cuts off the rarest 0.01 % of values.' },
  entropy: { name: 'Entropy', hint: 'The range that keeps most of the information.' },
  mse: { name: 'Mean squared error', hint: 'The range with the smallest rounding error.' },
};

const sources: Record<SourceKind, { name: string; hint: string }> = {
  camera: { name: 'Camera', hint: 'What the model will really see.' },
  video: { name: 'Video file', hint: 'A recording of the same scene.' },
  images: { name: 'Images', hint: 'A folder, or any number of files.' },
  bundled: { name: 'Examples', hint: '64 bundled frames of digits and letters.' },
};

export const source = {
  lead: 'Calibration needs frames like those that the model will meet. The examples need no permission.',
  label: 'Source of the frames',
  kinds: sources,
  opening: 'Opening …',
  device: 'Camera',
  defaultDevice: 'Default camera',
  mirror: 'Mirror the preview',
  chooseVideo: 'Choose a video',
  chooseImages: 'Choose images',
  chooseFolder: 'Choose a folder',
  startCamera: 'Turn the camera on',
  preview: 'Preview of the source',
  empty: 'No frames yet. Choose a source above.',
  refused:
    'The browser was not allowed to use the camera. Allow it in the address bar and try again, or take another source: a video, images or the examples.',
  noCamera: 'No camera was found. Take another source: a video, images or the examples.',
  busy: 'The camera is in use by another program. Close that and try again, or take another source.',
  retry: 'Try again',
};

export const calibrate = {
  lead: 'Runs the model on frames and notes the range of every layer. Only static INT8 needs it; comparing uses the same frames.',
  frames: 'Number of frames',
  interval: 'Interval in ms',
  method: 'Method',
  methods,
  start: 'Take frames',
  again: 'Take frames again',
  more: 'Take the missing frames',
  progress: (done: number, total: number) => `${done} of ${total} frames`,
  left: (time: string) => `about ${time} left`,
  done: (count: number) => `Calibrated on ${count} ${count === 1 ? 'frame' : 'frames'}`,
  failed: 'Calibration stopped',
  strip: 'Frames taken',
  stripHint: 'Select a frame and press a letter or digit to label it, Delete to remove it.',
  noLabels: 'Select a frame and press Delete to remove it.',
  remove: (index: number) => `Remove frame ${index}`,
  frame: (index: number, label: string | undefined) =>
    `Frame ${index}, ${label === undefined ? 'no label' : `label ${label}`}`,
  clear: 'Remove all frames',
  ranges: 'Range of each layer',
  rangesHint:
    'How often each value was seen, and between the lines what the 256 steps of INT8 will cover; what is pale is cut off. The scale is one of roots, the heights are logarithms.',
  columns: {
    layer: 'Layer',
    from: 'From',
    picture: 'Values seen and range chosen',
    to: 'To',
    beyond: 'Cut off',
  },
  empty: 'The frames and the ranges of the layers will appear here.',
  needsSource: 'Choose a source of frames first.',
};
