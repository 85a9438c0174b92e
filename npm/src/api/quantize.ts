// Makes a smaller model of a float model, for `WebQuant.quantize`. This file checks the options and finds what `exclude` means; the work is
// done in WebAssembly (src/quantize).

import { type Core, type QuantSpec, unwrap } from '../wasm/core.js';
import { checkOptions, describe, flag, integer, type OptionTable, oneOf } from './arguments.js';
import { invalidInput, WebQuantError } from './errors.js';
import { checkStats } from './stats.js';
import type { CalibrationStats, ModelInfo, QuantMode, QuantReport } from './types.js';

/** Options of `WebQuant.quantize`. */
export interface QuantizeOptions {
  /**
   * - `fp16`: weights in half precision, computed in float
   * - `dynamic-int8`: weights in int8, activations quantized as they come
   * - `static-int8`: weights and activations in int8, with ranges from a calibrator
   */
  mode: QuantMode;
  /** What a calibrator of this model saw; needed for `static-int8` only. */
  stats?: CalibrationStats;
  /** For `static-int8`: type of the inputs and outputs. Default `float32`, converted at the edges. */
  io?: 'float32' | 'int8' | 'uint8';
  /** Whether weights have one scale for each output channel or one for all. Default `per-channel`. */
  granularity?: 'per-channel' | 'per-tensor';
  /** For `static-int8`: whether the zero point of activations is free or 0. Default `asymmetric`. */
  activations?: 'asymmetric' | 'symmetric';
  /**
   * For `static-int8`: scale channels between neighbouring operators so that they use similar shares of one scale. Helps models whose
   * channels differ much in size, above all with `per-tensor` weights. Default false.
   */
  equalize?: boolean;
  /** For `static-int8`: undo what rounded weights shift the mean of each channel by. Helps most where few weights make a channel, as
   * in narrow MobileNets. Default true; statistics without `details` leave it out. */
  biasCorrection?: boolean;
  /**
   * For `static-int8`: what becomes of operators that join values (CONCATENATION, PACK and the like), and of what lies between them
   * and the model's outputs. INT8 needs one scale for all that is joined: of scores from 0 to 1 beside boxes from 0 to 600 nothing
   * is left.
   * - `auto` (default): they stay float where parts or channels of an output would have too few steps; the report says so. With
   *   `io` other than `float32` everything leaves on one scale, and this is `int8`.
   * - `float32`: operators that join values stay float
   * - `int8`: everything that has an INT8 form gets it, as in TensorFlow Lite's converter
   */
  joins?: 'auto' | 'float32' | 'int8';
  /** What stays float: operators by name, or by that of a constant or an input of the model that they use. Strings are whole names,
   * patterns may match a part. A RELU, RELU6 or RELU_N1_TO_1 that is fused into the operator before it shares its fate. */
  exclude?: readonly (string | RegExp)[];
  /**
   * For `static-int8` where samples are known, as in `Calibrator.quantize` with the method `auto`: the few layers that carry most of the
   * error stay float, as long as they have at most `maxMacs` of the multiply-adds, a share from 0 to 1. Default there
   * `{ maxMacs: 0.05 }`; `WebQuant.quantize` knows no samples and takes only `false`.
   */
  mixed?: boolean | { maxMacs?: number };
  /** For `dynamic-int8`: constants of fewer elements stay float. Default 1024. */
  minElements?: number;
}

/** Every option of {@link QuantizeOptions}. @internal */
export const QUANTIZE_OPTIONS: OptionTable<QuantizeOptions> = {
  mode: true,
  stats: true,
  io: true,
  granularity: true,
  activations: true,
  equalize: true,
  biasCorrection: true,
  joins: true,
  exclude: true,
  mixed: true,
  minElements: true,
};

/** What `WebQuant.quantize` returns. */
export interface QuantizeResult {
  /** A `.tflite` file. The same input and options always give the same bytes. */
  bytes: Uint8Array;
  /** What became of each operator, and what is worth a warning. */
  report: QuantReport;
}

/** See {@link WebQuant.quantize}. @internal */
export function quantize(core: Core, bytes: Uint8Array, options: QuantizeOptions): QuantizeResult {
  if (options === undefined) throw invalidInput('options', 'missing; { mode } is needed');
  checkOptions('options', options, QUANTIZE_OPTIONS);
  const mode = oneOf('options.mode', options.mode, ['fp16', 'dynamic-int8', 'static-int8']);
  const io = oneOf('options.io', options.io, ['float32', 'int8', 'uint8'], 'float32');
  if (io !== 'float32' && mode !== 'static-int8')
    throw invalidInput('options.io', `"${io}" needs mode "static-int8", got "${mode}"`);
  if (options.mixed !== undefined && options.mixed !== false)
    throw invalidInput(
      'options.mixed',
      `${describe(options.mixed)} needs samples; calibrator.quantize with method "auto" has them`,
    );
  const { stats, exclude } = options;
  const repair = (name: 'equalize' | 'biasCorrection', byDefault: boolean) => {
    if (options[name] === undefined) return byDefault;
    const wanted = flag(`options.${name}`, options[name]);
    if (wanted && mode !== 'static-int8')
      throw invalidInput(`options.${name}`, `true needs mode "static-int8", got "${mode}"`);
    if (wanted && stats && !stats.details)
      throw new WebQuantError('missing-stats', 'options.stats.details', `absent; ${name} needs it`);
    return wanted;
  };
  const excluded = findExcluded(exclude, () => unwrap(() => core.inspect(bytes)));
  const spec: QuantSpec = {
    mode,
    io,
    granularity: oneOf(
      'options.granularity',
      options.granularity,
      ['per-channel', 'per-tensor'],
      'per-channel',
    ),
    activations: activationsOf(options.activations),
    equalize: repair('equalize', false),
    biasCorrection: repair('biasCorrection', true),
    joins: oneOf('options.joins', options.joins, ['auto', 'float32', 'int8'], 'auto'),
    minElements: integer('options.minElements', options.minElements, 1024, 0, 2 ** 31 - 1),
    exclude: excluded.names,
    stats:
      stats === undefined || mode !== 'static-int8'
        ? undefined
        : checkStats('options.stats', stats),
  };
  const { bytes: result, ops, warnings } = unwrap(() => core.quantize(bytes, spec));
  return {
    bytes: result,
    report: {
      mode,
      sizeBytes: { before: bytes.length, after: result.length },
      ops,
      warnings: [...excluded.warnings, ...warnings],
    },
  };
}

/** The option `activations` with its default filled in. @internal */
export const activationsOf = (value: unknown): 'asymmetric' | 'symmetric' =>
  oneOf('options.activations', value, ['asymmetric', 'symmetric'], 'asymmetric');

/** The names of operators and tensors that `exclude` means, and what to say of entries that mean none. */
function findExcluded(
  exclude: QuantizeOptions['exclude'],
  inspect: () => ModelInfo,
): { names: string[]; warnings: string[] } {
  if (exclude === undefined) return { names: [], warnings: [] };
  if (!Array.isArray(exclude))
    throw invalidInput(
      'options.exclude',
      `expected an array of names and patterns, got ${describe(exclude)}`,
    );
  if (exclude.length === 0) return { names: [], warnings: [] };
  const known = new Set(
    inspect().ops.flatMap(({ name, inputs, outputs }) => [name, ...inputs, ...outputs]),
  );
  known.delete('');
  const names = new Set<string>();
  const warnings: string[] = [];
  exclude.forEach((entry, i) => {
    const matches = matcher(`options.exclude[${i}]`, entry);
    const found = [...known].filter(matches);
    for (const name of found) names.add(name);
    if (found.length === 0)
      warnings.push(
        `options.exclude[${i}]: no operator or tensor is called ${entry instanceof RegExp ? entry : describe(entry)}`,
      );
  });
  return { names: [...names], warnings };
}

function matcher(where: string, entry: unknown): (name: string) => boolean {
  if (typeof entry === 'string') return (name) => name === entry;
  // `search` is the one use of a pattern that does not depend on its lastIndex.
  if (entry instanceof RegExp) return (name) => name.search(entry) >= 0;
  throw invalidInput(where, `expected a string or a RegExp, got ${describe(entry)}`);
}
