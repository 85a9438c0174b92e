/**
 * Quantizes and runs TensorFlow Lite models in browsers and in Node.
 *
 * @packageDocumentation
 */

export type { BenchmarkOptions } from './benchmark.js';
export { Calibrator, type CalibratorOptions } from './calibrator.js';
export type { CompareOptions } from './compare.js';
export { type ErrorCode, WebQuantError } from './errors.js';
export type { FrameOptions } from './frame.js';
export { type LoadOptions, load } from './load.js';
export type { Drawable, FrameSource, Pixels } from './pixels.js';
export type { QuantizeOptions, QuantizeResult } from './quantize.js';
export type { QuantizeToTargetOptions, QuantizeToTargetResult } from './quantize-to-target.js';
export { type RunOptions, Session, type SessionOptions } from './session.js';
export { mergeStats } from './stats.js';
export type * from './types.js';
export { WebQuant } from './webquant.js';
