// The plain records that go in and out of the package: they hold no object of WebAssembly, so they can be stored and sent.

export type * from './model-info.js';

/**
 * How elements lie in memory: `float32` in a Float32Array, `float16` as bits in a Uint16Array, `int8`, `uint8` and `int32` in their
 * namesakes, `int64` in a BigInt64Array, `bool` as 0 and 1 in a Uint8Array.
 */
export type TypedArray =
  | Float32Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Int32Array
  | BigInt64Array;

/** A `.tflite` file. */
export type ModelBytes = Uint8Array | ArrayBuffer;

/**
 * Values for a model's inputs: one typed array for a model with one input, or a record by tensor or signature name, or an array in
 * the order of the inputs. Elements lie as in the tensor's shape, outermost dimension first; images are NHWC.
 */
export type Inputs = TypedArray | Readonly<Record<string, TypedArray>> | readonly TypedArray[];

/** Values of a model's outputs by tensor name. */
export type Outputs = Record<string, TypedArray>;

/** Bytes that a session takes. */
export interface SessionMemory {
  /** Constants and packed weights. */
  weightsBytes: number;
  /** Inputs, outputs and the space for what lies between. */
  activationsBytes: number;
}

/** Time of one operator, see `Session.profile`. */
export interface OpProfile {
  /** Index of the operator in the model. */
  index: number;
  /** Name of the operator. */
  op: string;
  /** TFLite's spelling, for example `CONV_2D`. */
  type: string;
  /** Mean time of a run, in milliseconds. */
  ms: number;
  /** How many runs were measured. */
  runs: number;
}

/** How the range of an activation is found. */
export type CalibrationMethod =
  | 'auto'
  | 'minmax'
  | 'moving-average'
  | 'percentile'
  | 'entropy'
  | 'mse';

/** What a calibrator saw; plain JSON, so it can be stored and sent. */
export interface CalibrationStats {
  version: 1;
  method: CalibrationMethod;
  /** With method `percentile`: the share of values in per cent that ranges hold. */
  percentile?: number;
  /** With method `moving-average`: the weight of what was seen before. */
  momentum?: number;
  /** With a method that has histograms: the most bins that one takes. */
  bins?: number;
  /** How many samples were observed. */
  samples: number;
  /** By tensor name. */
  tensors: Record<string, TensorStats>;
  /** By tensor name, what warnings and repairs want to know. */
  details?: Record<string, TensorDetails>;
}

/** What was seen of one activation. */
export interface TensorStats {
  /** The smallest value; with `moving-average` the average of each sample's smallest value. */
  min: number;
  /** The largest value, likewise. */
  max: number;
  /** With method `percentile`, `entropy` or `mse`, which choose a range from it when the model is quantized. */
  histogram?: Histogram;
}

/** The interval that int8 values of an activation cover. */
export interface ActivationRange {
  min: number;
  max: number;
}

/** counts[i] values lie in [first + i, first + i + 1) * 2^exponent. */
export interface Histogram {
  exponent: number;
  first: number;
  counts: number[];
}

/** What the range of an activation does not tell. Sums are over the samples. */
export interface TensorDetails {
  /** Sum of each sample's smallest value. */
  minSum: number;
  /** Sum of each sample's largest value. */
  maxSum: number;
  /** By index of the last dimension: the smallest value, the largest value, and the sum of each sample's mean. */
  channels?: { min: number[]; max: number[]; sum: number[] };
}

/** What became of one operator of the input model. */
export interface OpDecision {
  /** Its place in the input model, from 0. */
  index: number;
  /** TFLite's spelling, for example `CONV_2D`. */
  type: string;
  /** The name of its first output. */
  name: string;
  /** What it computes in; `dynamic-int8` has INT8 weights and float activations. */
  decision: 'float32' | 'float16' | 'int8' | 'dynamic-int8';
  /** Why it stayed float. */
  reason?: string;
}

/** How a model can be quantized. */
export type QuantMode = 'fp16' | 'dynamic-int8' | 'static-int8';

/** What `quantize` did. */
export interface QuantReport {
  mode: QuantMode;
  /** Sizes of the two files. */
  sizeBytes: { before: number; after: number };
  /** By index of the input model's operators. */
  ops: OpDecision[];
  /** What may make the result worse than it could be, in sentences. */
  warnings: string[];
  /** By `Calibrator.quantize` with the method `auto`: every version that it compared, in order, and the one that it took. */
  tried?: TuningAttempt[];
  taken?: TuningAttempt;
}

/** One static INT8 version that `Calibrator.quantize` compared with the float model on the inputs that it kept. */
export interface TuningAttempt {
  /** How ranges were chosen from the statistics. */
  method: CalibrationMethod;
  equalize: boolean;
  /** Layers that stayed float for the sake of accuracy. */
  float: readonly string[];
  /** The mean of the outputs' signal-to-noise ratios in dB, of a final SOFTMAX before it. -Infinity: cannot run here. */
  sqnrDb: number;
}

/** One version that `quantizeToTarget` made, and how it did. */
export interface QuantAttempt {
  mode: QuantMode;
  /** Of `quantize`: what was not left at its default, `stats` apart. */
  options: { equalize?: boolean; exclude?: readonly (string | RegExp)[] };
  sizeBytes: number;
  /**
   * How far the probability of the float model's top class moved, in percentage points. For outputs that are no probabilities both are
   * 10^((30 - s) / 20), s being the lowest SQNR of an output in dB: 1 at 30 dB and 3.2 at 20 dB, where verdicts change as they do at a
   * shift of 1 and of 3 per cent.
   */
  shiftPercent: { mean: number; max: number };
  meetsTarget: boolean;
  /** Why it cannot run here; the shift is then Infinity. */
  reason?: string;
  /** With labels. */
  accuracy?: { reference: number; candidate: number };
}

/** How far a candidate's output is from the reference's, over all samples. */
export interface OutputMetrics {
  /** The largest and the mean absolute difference, and the mean squared one, in the output's own units. */
  maxAbs: number;
  meanAbs: number;
  mse: number;
  /** Cosine of the angle between the two, -1..1. */
  cosine: number;
  /** 10 log10(signal power / error power); Infinity for equal outputs. */
  sqnrDb: number;
  /** Share of samples with the same highest output, 0..1. */
  top1Agreement: number;
  /** Share of samples whose reference's highest output is among the candidate's five highest, 0..1. */
  top5Agreement: number;
}

/** Error of one operator's output, dequantized, over all samples. */
export interface LayerMetrics {
  /** Name of the operator in the reference model. */
  op: string;
  /** TFLite's spelling, for example `CONV_2D`. */
  type: string;
  sqnrDb: number;
  cosine: number;
}

/** What `compare` finds for one sample alone. */
export interface SampleMetrics {
  /** By tensor name of the reference model. `range` is the largest minus the smallest value of the reference's output. */
  outputs: Record<
    string,
    Pick<OutputMetrics, 'maxAbs' | 'meanAbs' | 'mse' | 'cosine' | 'sqnrDb'> & { range: number }
  >;
  /** How far the probability of the reference's top class moved, in percentage points. Present when the first output is a probability
   * distribution for this sample. */
  shiftPercent?: number;
  /** The highest class of the first output, of the reference and of the candidate. Present when that output is one score a class. */
  reference?: number;
  candidate?: number;
}

/** What `compare` finds. */
export interface CompareReport {
  /** How many samples were compared. */
  samples: number;
  /** By tensor name of the reference model. */
  outputs: Record<string, OutputMetrics>;
  /**
   * How far the probability of the reference's top class moved, in percentage points. Present when the first output is a
   * probability distribution.
   */
  probabilityShift?: { meanPercent: number; maxPercent: number };
  /** By the mean shift: below 1 %, at most 3 %, above. */
  verdict: 'very-good' | 'acceptable' | 'reconsider';
  /** Share of samples whose highest output is the label, 0..1; with labels. */
  accuracy?: { reference: number; candidate: number };
  /** With `layers: true`. */
  layers?: LayerMetrics[];
  /** With `perSample: true`: in the order of the samples. */
  perSample?: SampleMetrics[];
}

/** What `benchmark` measures. Times are those of one run, in milliseconds. */
export interface BenchmarkReport {
  medianMs: number;
  p95Ms: number;
  minMs: number;
  runs: number;
  memory: SessionMemory;
}

/** Which WebAssembly module is used. */
export type Variant = 'relaxed-simd' | 'simd';

/** What was loaded. */
export interface Info {
  /** Of this package. */
  version: string;
  variant: Variant;
  threads: number;
  /** Revision of XNNPACK. */
  xnnpack: string;
}
