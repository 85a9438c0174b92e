/**
 * Quantizes and runs TensorFlow Lite models in browsers and in Node.
 *
 * @packageDocumentation
 */

export type { BenchmarkOptions } from './api/benchmark.js';
export {
  Calibrator,
  type CalibratorOptions,
  type CalibratorQuantizeOptions,
} from './api/calibrator.js';
export type { CompareOptions } from './api/compare.js';
export { type ErrorCode, WebQuantError } from './api/errors.js';
export type { FrameOptions } from './api/frame.js';
export { type LoadOptions, load } from './api/load.js';
export type { Drawable, FrameSource, Pixels } from './api/pixels.js';
export type { QuantizeOptions, QuantizeResult } from './api/quantize.js';
export type { QuantizeToTargetOptions, QuantizeToTargetResult } from './api/quantize-to-target.js';
export { type RunOptions, Session, type SessionOptions } from './api/session.js';
export { mergeStats } from './api/stats.js';
export type * from './api/types.js';
export { WebQuant } from './api/webquant.js';
