// Collecting frames and the statistics of the model's activations on them.

import { batch, computed, signal } from '@preact/signals';
import type { ActivationRange, CalibrationMethod, CalibrationStats } from 'webquant';
import type { WorkerCalibrator } from 'webquant/worker';
import { isAbort, messageOf, wq } from './engine.ts';
import { addFrame, clearFrames, frames, makeFrame, removeFrame } from './frames.ts';
import { usable } from './model.ts';
import { source } from './source.ts';
import type { Choices } from './versions.ts';

export const settings = signal<{ frames: number; intervalMs: number; method: CalibrationMethod }>({
  frames: 64,
  intervalMs: 100,
  method: 'minmax',
});

export type CalibrationStatus =
  | { kind: 'idle' }
  | { kind: 'running'; done: number; total: number; msLeft: number | undefined }
  | { kind: 'failed'; reason: string };

export const status = signal<CalibrationStatus>({ kind: 'idle' });
/** What was seen so far, of exactly the frames that are collected while nothing runs. */
export const stats = signal<CalibrationStats | undefined>(undefined);
/** The range that the method chooses for every tensor, for either way of quantizing activations. */
export const ranges = signal<
  Record<Choices['activations'], Record<string, ActivationRange>> | undefined
>(undefined);
export const isCalibrated = computed(
  () => status.value.kind !== 'running' && stats.value !== undefined && stats.value.samples > 0,
);

/** How often the ranges on the page follow, in milliseconds. */
const REFRESH_MS = 400;
/** At most this share of the time they take: some methods choose for long. */
const REFRESH_SHARE = 0.2;

let stopRunning: AbortController | undefined;

/** Ends what runs; the frames that were taken stay. */
export const cancel = (): void => stopRunning?.abort();

/** Takes frames from the source, until there are as many as asked for. */
export async function start(): Promise<void> {
  const from = source.value;
  if (!from) return;
  if (frames.value.length >= settings.value.frames) clearFrames();
  await run(async (calibrator, signal, progress) => {
    const total = settings.value.frames;
    const { intervalMs } = settings.value;
    // Pictures are there at once; only of a stream the next moments have to be awaited.
    const pause = from.length === undefined ? intervalMs : 0;
    await calibrator.observeAll(
      frames.value.map(({ tensor }) => tensor),
      { signal },
    );
    while (frames.value.length < total) {
      const frame = await makeFrame(await from.next(signal));
      signal.throwIfAborted();
      await calibrator.observe(frame.tensor);
      addFrame(frame);
      await progress(frames.value.length, total);
      if (pause > 0 && frames.value.length < total) await delay(pause, signal);
    }
  });
}

/** Computes the statistics again, of the frames that are there now and with the method that is chosen now. */
export async function recalibrate(): Promise<void> {
  cancel();
  if (frames.value.length === 0) {
    forget();
    return;
  }
  await run(async (calibrator, signal, progress) => {
    const samples = frames.value.map(({ tensor }) => tensor);
    for (const [i, sample] of samples.entries()) {
      await calibrator.observe(sample, { signal });
      await progress(i + 1, samples.length);
    }
  });
}

export async function remove(id: number): Promise<void> {
  removeFrame(id);
  await recalibrate();
}

export async function chooseMethod(method: CalibrationMethod): Promise<void> {
  settings.value = { ...settings.value, method };
  await recalibrate();
}

/** Forgets frames and statistics: they belong to another model, or another way of making tensors. */
export function reset(): void {
  cancel();
  clearFrames();
  forget();
  status.value = { kind: 'idle' };
}

function forget(): void {
  stats.value = undefined;
  ranges.value = undefined;
}

type Work = (
  calibrator: WorkerCalibrator,
  signal: AbortSignal,
  progress: (done: number, total: number) => Promise<void>,
) => Promise<void>;

async function run(work: Work): Promise<void> {
  const target = usable.value;
  if (!target) return;
  cancel();
  const stop = new AbortController();
  stopRunning = stop;
  const isLatest = (): boolean => stopRunning === stop;
  status.value = { kind: 'running', done: 0, total: settings.value.frames, msLeft: undefined };
  let calibrator: WorkerCalibrator | undefined;
  const publish = async (): Promise<void> => {
    const seen = await calibrator?.stats();
    const chosen = calibrator && seen?.samples ? await rangesOf(calibrator) : undefined;
    if (!isLatest()) return;
    batch(() => {
      stats.value = chosen && seen;
      ranges.value = chosen;
    });
  };
  try {
    calibrator = await wq().createCalibrator(target.file, { method: settings.value.method });
    const began = performance.now();
    let first = 0;
    let next = 0;
    await work(calibrator, stop.signal, async (done, total) => {
      const now = performance.now();
      first ||= done;
      const each = (now - began) / (done - first + 1);
      const msLeft = done > first ? each * (total - done) : undefined;
      if (isLatest()) status.value = { kind: 'running', done, total, msLeft };
      if (now < next) return;
      await publish();
      const end = performance.now();
      next = end + Math.max(REFRESH_MS, (end - now) / REFRESH_SHARE);
    });
    await publish();
    if (isLatest()) status.value = { kind: 'idle' };
  } catch (error) {
    if (!isLatest()) return;
    await publish().catch(() => {});
    status.value = isAbort(error) ? { kind: 'idle' } : { kind: 'failed', reason: messageOf(error) };
  } finally {
    void calibrator?.dispose();
  }
}

const rangesOf = async (calibrator: WorkerCalibrator) => ({
  asymmetric: await calibrator.ranges({ activations: 'asymmetric' }),
  symmetric: await calibrator.ranges({ activations: 'symmetric' }),
});

const delay = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
  });
