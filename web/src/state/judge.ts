// All versions on all collected frames: how good, how fast, how large.

import { computed, signal } from '@preact/signals';
import type { BenchmarkReport, CompareReport, SampleMetrics } from 'webquant';
import type { VersionId } from '../lib/kinds.ts';
import { shiftOfSample } from '../lib/scores.ts';
import { isAbort, messageOf, wq } from './engine.ts';
import { type Frame, frames } from './frames.ts';
import { heldOut, takeHeldOut } from './held_out.ts';
import { usable } from './model.ts';
import { chosen, versions } from './versions.ts';

/** What one version does to one frame. */
export interface FrameResult {
  frame: Frame;
  shift: number;
  /** The highest class of either model; undefined where the first output is not one score a class. */
  reference: number | undefined;
  candidate: number | undefined;
}

export interface Judgement {
  /** What was judged: the file, and the frames with their labels. */
  file: Blob;
  frames: readonly Frame[];
  report: CompareReport;
  speed: BenchmarkReport;
  /** The worst first. */
  results: FrameResult[];
}

export type JudgeStatus =
  | { kind: 'idle' }
  | { kind: 'running'; id: VersionId; done: number; total: number }
  | { kind: 'failed'; reason: string };

export const judgeStatus = signal<JudgeStatus>({ kind: 'idle' });
const judgements = signal<ReadonlyMap<string, Judgement>>(new Map());
const keyOf = (id: VersionId): string => `${judgeSet.value} ${id}`;

export type JudgeSet = 'collected' | 'held-out';
export const judgeSet = signal<JudgeSet>('collected');

/** The frames to judge on; the others are not there before they are asked for. */
export const judgeFrames = computed(() =>
  judgeSet.value === 'held-out' ? (heldOut.value ?? []) : frames.value,
);

/** What is known of the versions as they are now. */
export const judged = computed(
  () =>
    new Map(
      versions.value.flatMap(({ id, file }) => {
        const found = judgements.value.get(keyOf(id));
        return found?.file === file && isSame(found.frames, judgeFrames.value) ? [[id, found]] : [];
      }),
    ),
);
/** The same frames; labels may differ. */
const isSame = (some: readonly Frame[], others: readonly Frame[]): boolean =>
  some.length === others.length && some.every(({ id }, i) => id === others[i]?.id);

export const chosenJudgement = computed(() => chosen.value && judged.value.get(chosen.value.id));

const isRunning = (): boolean => judgeStatus.value.kind === 'running';

let stopRunning: AbortController | undefined;
export const cancelJudging = (): void => stopRunning?.abort();

export async function judge(): Promise<void> {
  const target = usable.value;
  if (!target) return;
  cancelJudging();
  const stop = new AbortController();
  stopRunning = stop;
  const { signal } = stop;
  judgeStatus.value = { kind: 'idle' };
  try {
    if (judgeSet.value === 'held-out') await takeHeldOut(signal);
    const list = judgeFrames.value;
    if (list.length === 0) return;
    const samples = list.map(({ tensor }) => tensor);
    for (const version of versions.value) {
      if (judged.value.has(version.id)) continue;
      const tell = (done: number, total: number): void => {
        judgeStatus.value = { kind: 'running', id: version.id, done, total };
      };
      tell(0, 1);
      const { perSample, ...report } = await wq().compare(target.file, version.file, samples, {
        layers: version.id !== 'reference',
        perSample: true,
        signal,
        onProgress: tell,
      });
      const judgement: Judgement = {
        file: version.file,
        frames: list,
        report,
        speed: await wq().benchmark(version.file, { signal, onProgress: tell }),
        results: resultsOf(list, perSample ?? []),
      };
      judgements.value = new Map(judgements.value).set(keyOf(version.id), judgement);
    }
  } catch (error) {
    if (stopRunning === stop && !isAbort(error))
      judgeStatus.value = { kind: 'failed', reason: messageOf(error) };
  } finally {
    // However it ended, also where there was nothing to judge; a later call has a status of its own.
    if (stopRunning === stop && isRunning()) judgeStatus.value = { kind: 'idle' };
  }
}

function resultsOf(list: readonly Frame[], samples: readonly SampleMetrics[]): FrameResult[] {
  return list
    .flatMap((frame, i): FrameResult[] => {
      const sample = samples[i];
      if (!sample) return [];
      const { reference, candidate } = sample;
      return [{ frame, shift: shiftOfSample(sample), reference, candidate }];
    })
    .sort((a, b) => b.shift - a.shift);
}

/** Share of the labelled frames that a version gets right, by the labels of now; undefined without labels. */
export function accuracyOf(judgement: Judgement | undefined): number | undefined {
  const labels = new Map(judgeFrames.value.map(({ id, label }) => [id, label]));
  const known = (judgement?.results ?? []).flatMap(({ frame, candidate }) => {
    const label = labels.get(frame.id);
    return label === undefined ? [] : [candidate === label];
  });
  return known.length === 0 ? undefined : known.filter(Boolean).length / known.length;
}
