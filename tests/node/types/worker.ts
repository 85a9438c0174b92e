// The package in a worker has the same types, as promises.

import { loadInWorker, type SampleSource, WebQuantError } from 'webquant/worker';

export async function quantize(model: Uint8Array, samples: SampleSource): Promise<Uint8Array> {
  const wq = await loadInWorker({ variant: 'simd' });
  const { signal } = new AbortController();
  const onProgress = (done: number, total: number, label: string): string =>
    `${label} ${done} of ${total}`;
  const calibrator = await wq.createCalibrator(model, { method: 'minmax' });
  await calibrator.observeAll(samples, { signal, onProgress });
  const stats = await calibrator.stats();
  const { bytes, report } = await wq.quantize(model, { mode: 'static-int8', stats, signal });
  const session = await wq.createSession(bytes);
  const tensor: Float32Array = await wq.frameToTensor(
    { data: new Uint8Array(3), width: 1, height: 1 },
    { width: 1, height: 1, transfer: true },
  );
  await session.run(tensor, { transfer: true, quantizeIo: true, signal });
  // @ts-expect-error: the worker's memory cannot be written to from outside
  session.input('image');
  const { verdict } = await wq.compare(model, bytes, samples, { layers: true, signal, onProgress });
  if (verdict === 'reconsider') throw new WebQuantError('internal', report.mode, verdict);
  await wq.dispose();
  return bytes;
}
