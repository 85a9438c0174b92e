// What a strict TypeScript project may write with the package. It is compiled, not run.

import {
  type ActivationRange,
  type BenchmarkReport,
  type CalibrationStats,
  type Calibrator,
  type CompareReport,
  type ErrorCode,
  type Inputs,
  type LoadOptions,
  load,
  type ModelInfo,
  mergeStats,
  type Outputs,
  type QuantReport,
  Session,
  type TensorInfo,
  type TypedArray,
  type WebQuant,
  WebQuantError,
} from 'webquant';

export async function everything(file: ArrayBuffer, rgba: Uint8ClampedArray): Promise<number> {
  const options: LoadOptions = {
    variant: 'auto',
    threads: 1,
    wasmUrl: new URL('https://example.org/wasm/'),
  };
  using wq: WebQuant = await load(options);
  const { version, variant, threads, xnnpack } = wq.info;
  const info: ModelInfo = wq.inspect(file);
  const reason: string | undefined = info.ops[0]?.reason;
  const input: TensorInfo | undefined = info.inputs[0];

  const floats: Float32Array = wq.frameToTensor(
    { data: rgba, width: 2, height: 2 },
    { width: 64, height: 64 },
  );
  const bytes: Int8Array = wq.frameToTensor(
    { data: rgba, width: 2, height: 2, channels: 4 },
    {
      width: 64,
      height: 64,
      dtype: 'int8',
      mean: [1, 2, 3],
      std: 2,
      crop: 'none',
      resize: 'nearest',
      channels: 'bgr',
    },
  );

  using calibrator: Calibrator = wq.createCalibrator(file, {
    method: 'percentile',
    percentile: 99.9,
    bins: 1024,
  });
  const seen: Outputs = calibrator.observe(floats);
  const { image: range }: Record<string, ActivationRange> = calibrator.ranges();
  const stats: CalibrationStats = mergeStats(calibrator.stats(), calibrator.stats());

  const { bytes: small, report } = wq.quantize(file, {
    mode: 'static-int8',
    stats,
    io: 'int8',
    granularity: 'per-tensor',
    activations: 'symmetric',
    equalize: true,
    biasCorrection: false,
    exclude: ['stem', /depthwise/],
    minElements: 10,
  });
  const made: QuantReport = report;

  using session: Session = wq.createSession(small, { profile: true });
  const forms: Inputs[] = [floats, bytes, { image: bytes }, [bytes]];
  const into = { probabilities: new Int8Array(36) };
  for (const form of forms) session.run(form, { into, quantizeIo: true });
  const output: TypedArray | undefined = session.run(bytes).probabilities;
  const view: TypedArray = session.input('image');
  const slowest = session.profile().sort((a, b) => b.ms - a.ms)[0]?.op;

  const compared: CompareReport = wq.compare(file, small, [floats], { layers: true, labels: [1] });
  const measured: BenchmarkReport = wq.benchmark(small, { runs: 5, warmup: 1 });

  // @ts-expect-error: the mode is needed
  wq.quantize(file, {});
  // @ts-expect-error: no such mode
  wq.quantize(file, { mode: 'int4' });
  // @ts-expect-error: no plain numbers
  session.run([1, 2, 3]);
  // @ts-expect-error: made by createSession only
  new Session();

  try {
    session.run(floats);
  } catch (error) {
    if (!(error instanceof WebQuantError)) throw error;
    const code: ErrorCode = error.code;
    return `${code} ${error.where}`.length;
  }
  const used = [
    version,
    variant,
    threads,
    xnnpack,
    reason,
    input,
    seen,
    range,
    made,
    output,
    view,
    slowest,
    compared,
  ];
  return used.length + measured.medianMs;
}
