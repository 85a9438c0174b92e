// What `inspect` and `operators` tell: plain records, as those of types.ts, which gives them on.

/** Type of a tensor's elements. */
export type DType = 'float32' | 'float16' | 'int8' | 'uint8' | 'int32' | 'int64' | 'bool' | 'int4';

/** An input or output of a model. */
export interface TensorInfo {
  /** As in the file. */
  name: string;
  /** Dimensions, outermost first; empty for a scalar. */
  shape: number[];
  /** Type of the elements. */
  dtype: DType;
  /** For each dimension whether the file leaves it open; absent when none is. */
  dynamic?: boolean[];
  /** real = scale * (quantized - zeroPoint). One entry each, or one for each index along `axis`. */
  quantization?: { scale: number[]; zeroPoint: number[]; axis?: number };
}

/** One operator of a model. */
export interface OpInfo {
  /** Its place in the model, from 0. */
  index: number;
  /** TFLite's spelling, for example `CONV_2D`. */
  type: string;
  /** The name of its first output. */
  name: string;
  /** Tensor names; empty for an optional input that is absent. */
  inputs: string[];
  /** Tensor names. */
  outputs: string[];
  /** Multiply-accumulate operations of one run. */
  macs: number;
  /** Bytes of its constant inputs, as stored. */
  weightBytes: number;
  /** Whether it can run here. */
  supported: boolean;
  /** What computes it: XNNPACK, a fast kernel of webquant's own in its place, or a portable one. Absent where it cannot run. */
  runs?: 'xnnpack' | 'webquant' | 'portable';
  /** Why it cannot run, or what is worth knowing of how it runs. */
  reason?: string;
}

/** A named way into a model: names that the author gave, and the tensors they stand for. */
export interface Signature {
  /** The author's name for it, for example `serving_default`. */
  key: string;
  /** Tensor names by the author's names. */
  inputs: Record<string, string>;
  /** Likewise. */
  outputs: Record<string, string>;
}

/** An operator that models may hold. */
export interface OperatorInfo {
  /** TFLite's spelling, for example `CONV_2D`. */
  type: string;
  /** What computes it: XNNPACK, a portable kernel, or for some operands the one and for some the other. */
  runs: ('xnnpack' | 'portable')[];
  /** Whether `dynamic-int8` gives it INT8 weights; otherwise it stays as it is. */
  dynamicInt8: boolean;
  /** Whether `static-int8` makes it an integer operator; otherwise it stays float. */
  staticInt8: boolean;
}

/** What `inspect` finds. */
export interface ModelInfo {
  /** What the file says of itself. */
  description: string;
  /** Size of the file. */
  sizeBytes: number;
  /** Elements of all float and int8 constants. */
  parameters: number;
  /** Multiply-accumulate operations of one run. */
  macs: number;
  /** How its constants and activations are stored. */
  precision: 'float32' | 'float16' | 'dynamic-int8' | 'static-int8' | 'mixed';
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  ops: OpInfo[];
  signatures: Signature[];
  /** Names of the metadata entries. */
  metadata: string[];
}
