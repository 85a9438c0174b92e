// The glyph model, its frames as tensors, and its quantized versions; each is made once in a test process.

import { load } from 'webquant';
import { INPUT, readCalibration, readModel, readTest } from '../../../examples/glyphs/frames.mjs';

export { INPUT };

/** The module under test: the variant that WEBQUANT_VARIANT names. */
export const loadHere = (options) =>
  load({ variant: process.env.WEBQUANT_VARIANT ?? 'auto', ...options });

export const model = new Uint8Array(readModel());

const once = (make) => {
  let made;
  return (wq) => {
    made ??= make(wq);
    return made;
  };
};

/** Labelled samples: { samples, labels }. */
export const testSet = once((wq) => {
  const { frames, labels } = readTest();
  return { samples: frames.map((frame) => wq.frameToTensor(frame, INPUT)), labels };
});

/** Statistics of the calibration frames. */
export const stats = once((wq) => {
  const calibrator = wq.createCalibrator(model);
  for (const frame of readCalibration()) calibrator.observe(wq.frameToTensor(frame, INPUT));
  const seen = calibrator.stats();
  calibrator.dispose();
  return seen;
});

export const fp16 = once((wq) => wq.quantize(model, { mode: 'fp16' }));
export const dynamicInt8 = once((wq) => wq.quantize(model, { mode: 'dynamic-int8' }));
export const staticInt8 = once((wq) =>
  wq.quantize(model, { mode: 'static-int8', stats: stats(wq) }),
);

/** One sample: the first labelled frame. */
export const sample = (wq) => testSet(wq).samples[0];
