// Times a model on inputs that are the same every time, for `WebQuant.benchmark`. The figures are the time of one run each: median, 95th
// percentile and minimum.

import { arrayClass, elementCount } from '../wasm/dtype.js';
import { checkOptions, integer, type OptionTable } from './arguments.js';
import type { Session } from './session.js';
import type { Steps } from './steps.js';
import type { BenchmarkReport, TensorInfo, TypedArray } from './types.js';

/** Options of `WebQuant.benchmark`. */
export interface BenchmarkOptions {
  /** How many runs are measured, at least 1. Default 50. */
  runs?: number;
  /** How many runs come before and are not measured. Default 10. */
  warmup?: number;
}

/** Every option of {@link BenchmarkOptions}. @internal */
export const BENCHMARK_OPTIONS: OptionTable<BenchmarkOptions> = {
  runs: true,
  warmup: true,
};

/**
 * Times a session on inputs that are the same every time. The options are checked already.
 * @internal
 */
export function* benchmarking(
  session: Session,
  { runs, warmup }: Required<BenchmarkOptions>,
): Steps<BenchmarkReport> {
  const random = randomIntegers();
  const inputs = session.inputs.map((info) => randomInput(info, random));
  const into = Object.fromEntries(
    session.outputs.map((info) => [info.name, new (arrayClass(info))(elementCount(info.shape))]),
  );
  const runOptions = { into };
  const total = warmup + runs;
  for (let i = 0; i < warmup; ++i) {
    session.run(inputs, runOptions);
    yield { done: i + 1, total, label: 'warming up' };
  }
  const times = new Float64Array(runs);
  for (let i = 0; i < runs; ++i) {
    const start = performance.now();
    session.run(inputs, runOptions);
    times[i] = performance.now() - start;
    yield { done: warmup + i + 1, total, label: 'measuring' };
  }
  times.sort();
  const nth = (share: number): number => times[Math.ceil(share * runs) - 1] as number;
  const upper = times[Math.floor(runs / 2)] as number;
  const lower = times[Math.floor((runs - 1) / 2)] as number;
  return {
    medianMs: (lower + upper) / 2,
    p95Ms: nth(0.95),
    minMs: times[0] as number,
    runs,
    memory: session.memory,
  };
}

/** The options with every default filled in; throws `invalid-input` for others. @internal */
export function checkBenchmarkOptions(options: BenchmarkOptions = {}): Required<BenchmarkOptions> {
  checkOptions('options', options, BENCHMARK_OPTIONS);
  return {
    runs: integer('options.runs', options.runs, 50, 1, 1_000_000),
    warmup: integer('options.warmup', options.warmup, 10, 0, 1_000_000),
  };
}

/** A generator of unsigned 32-bit integers that gives the same ones every time (xorshift; Marsaglia, 2003). */
function randomIntegers(): () => number {
  let state = 0x2545f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/**
 * Values of ordinary magnitude for one input. Floats lie in [-1, 1] and are never denormal, because denormal numbers slow the arithmetic
 * down. Quantized inputs get integers over their whole range. Other integers are 0 or 1, because they may be indices.
 */
function randomInput({ shape, dtype }: TensorInfo, random: () => number): TypedArray {
  const length = elementCount(shape);
  switch (dtype) {
    case 'float32':
      return Float32Array.from({ length }, () => random() / 2 ** 31 - 1);
    case 'float16': // a sign, and magnitudes from 0.125 to 1
      return Uint16Array.from(
        { length },
        () => ((random() & 1) << 15) | (0x3000 + (random() % 0x0c00)),
      );
    case 'int8':
      return Int8Array.from({ length }, () => random() & 0xff);
    case 'uint8':
      return Uint8Array.from({ length }, () => random() & 0xff);
    case 'int32':
      return Int32Array.from({ length }, () => random() & 1);
    case 'int64':
      return BigInt64Array.from({ length }, () => BigInt(random() & 1));
    default:
      return Uint8Array.from({ length }, () => random() & 1);
  }
}
