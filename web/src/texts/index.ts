// Every text of the page, so that it can be translated in one place. Nothing here knows the page's state.

import { compare, report, take, versions } from './compare.ts';
import { calibrate, source } from './frames.ts';
import { model, preprocess } from './model.ts';
import { quantize } from './quantize.ts';

export const texts = {
  title: 'webquant',
  tagline: 'Make a model smaller and faster, right here. See what it costs before you ship it.',
  privacy: 'Nothing leaves this device',
  privacyHint: 'Models and frames are worked on in this page. It has no server and sends nothing.',
  theme: { light: 'Use the light theme', dark: 'Use the dark theme' },
  skip: 'Skip to the content',
  steps: {
    model: 'Model',
    source: 'Frames',
    calibrate: 'Calibrate',
    quantize: 'Quantize',
    compare: 'Compare',
    take: 'Take away',
  },
  stepsLabel: 'Steps',
  cancel: 'Cancel',
  engine: {
    loading: 'Loading the engine …',
    failed: 'The engine has stopped',
    reload: 'Start it again',
  },
  model,
  preprocess,
  source,
  calibrate,
  quantize,
  compare,
  report,
  take,
  versions,
  footer: {
    source: 'Free software, Apache-2.0',
    offline: 'Works offline once loaded',
  },
};
