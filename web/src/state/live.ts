// The same picture through the reference and the chosen version, again and again.

import { signal } from '@preact/signals';
import type { WorkerSession } from 'webquant/worker';
import { isMap, mapPicture } from '../lib/maps.ts';
import { areProbabilities, firstOutput, median, type Score, shiftOf, top } from '../lib/scores.ts';
import { messageOf, wq } from './engine.ts';
import { squareOf, toTensor } from './frames.ts';
import { usable } from './model.ts';
import { source } from './source.ts';
import { chosen } from './versions.ts';

export interface LiveSide {
  scores: Score[];
  /** The output as a picture, where it is a map. */
  map: ImageData | undefined;
  medianMs: number | undefined;
  memoryBytes: number;
}

export interface LiveView {
  /** What both saw. */
  picture: ImageBitmap;
  reference: LiveSide;
  candidate: LiveSide;
  areProbabilities: boolean;
  framesPerSecond: number | undefined;
  /** Mean of the last frames, in percentage points. */
  meanShift: number;
  frames: number;
}

export const liveStatus = signal<'idle' | 'running'>('idle');
export const liveView = signal<LiveView | undefined>(undefined);
export const liveError = signal<string | undefined>(undefined);

/** How many of the last frames count. */
const WINDOW = 60;
/** At most this often the page follows, in milliseconds. */
const REFRESH_MS = 80;
/** Width and height of the picture beside the results. */
const PICTURE = 240;

let stopRunning: AbortController | undefined;

export function stopLive(): void {
  stopRunning?.abort();
}

export async function startLive(): Promise<void> {
  const [target, version, from] = [usable.value, chosen.value, source.value];
  if (!target || !version || !from) return;
  stopLive();
  const stop = new AbortController();
  stopRunning = stop;
  liveStatus.value = 'running';
  liveError.value = undefined;
  liveView.value = undefined;
  let sides: [Side, Side] | undefined;
  try {
    sides = [await Side.open(target.file), await Side.open(version.file)];
    await loop(sides, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) liveError.value = messageOf(error);
  } finally {
    for (const side of sides ?? []) side.close();
    if (stopRunning === stop) liveStatus.value = 'idle';
  }
}

/** Goes on with another version. */
export async function restartLive(): Promise<void> {
  if (liveStatus.value === 'running') await startLive();
}

async function loop([reference, candidate]: [Side, Side], signal: AbortSignal): Promise<void> {
  const shifts: number[] = [];
  const times: number[] = [];
  let shownAt = 0;
  let frames = 0;
  while (!signal.aborted && source.value) {
    const grabbed = await source.value.current();
    const isShown = performance.now() - shownAt >= REFRESH_MS;
    const picture = isShown ? await squareOf(grabbed.bitmap, PICTURE) : undefined;
    const tensor = await toTensor(grabbed);
    const expected = await reference.run(tensor);
    const actual = await candidate.run(tensor);
    keep(shifts, shiftOf(expected, actual));
    const now = performance.now();
    keep(times, now);
    ++frames;
    if (picture && !signal.aborted) {
      shownAt = now;
      liveView.value?.picture.close();
      liveView.value = {
        picture,
        reference: reference.show(expected),
        candidate: candidate.show(actual),
        areProbabilities: areProbabilities(expected),
        framesPerSecond: rateOf(times),
        meanShift: shifts.reduce((sum, shift) => sum + shift, 0) / shifts.length,
        frames,
      };
    }
    await nextPaint();
  }
}

/** One version that runs. */
class Side {
  readonly #times: number[] = [];

  private constructor(private readonly session: WorkerSession) {}

  static async open(file: Blob): Promise<Side> {
    return new Side(await wq().createSession(file, { quantizeIo: true }));
  }

  async run(tensor: Float32Array): Promise<ArrayLike<number>> {
    const outputs = await this.session.run(tensor);
    keep(this.#times, this.session.lastRunMs);
    return firstOutput(outputs);
  }

  show(values: ArrayLike<number>): LiveSide {
    const { weightsBytes, activationsBytes } = this.session.memory;
    const [output] = this.session.outputs;
    const asMap = output !== undefined && isMap(output);
    return {
      scores: asMap ? [] : top(values, 5),
      map: asMap ? mapPicture(values, output) : undefined,
      medianMs: median(this.#times),
      memoryBytes: weightsBytes + activationsBytes,
    };
  }

  close(): void {
    void this.session.dispose();
  }
}

function keep(list: number[], value: number): void {
  list.push(value);
  if (list.length > WINDOW) list.shift();
}

function rateOf(times: readonly number[]): number | undefined {
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined || last <= first) return undefined;
  return (1000 * (times.length - 1)) / (last - first);
}

/** Hidden pages do not paint; there it goes on a little later. */
const nextPaint = (): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, 200);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
