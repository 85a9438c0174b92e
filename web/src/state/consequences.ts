// What follows from what: another model, or another way of making tensors, makes everything after it void.

import { effect, untracked } from '@preact/signals';
import { keptModels } from '../lib/storage.ts';
import { isCalibrated, reset, stats } from './calibration.ts';
import { startEngine } from './engine.ts';
import { cancelJudging, judgeSet } from './judge.ts';
import { restartLive, stopLive } from './live.ts';
import { keptNames, openBundled, usable } from './model.ts';
import { showBundled } from './source.ts';
import { cancelSearching, chosen, discard } from './versions.ts';

/** Loads the engine and, side by side with it, what the page shows first. */
export async function startUp(): Promise<void> {
  const names = keptModels().then((found) => {
    keptNames.value = found;
  });
  await Promise.all([startEngine(), openBundled(), showBundled(), names]);
}

export function connect(): void {
  effect(() => {
    usable.value;
    untracked(() => {
      stopLive();
      cancelJudging();
      cancelSearching();
      reset();
      discard();
      judgeSet.value = 'collected';
    });
  });
  // A file that was made with other statistics is not what a download beside the new ones should be.
  effect(() => {
    if (!isCalibrated.value) return;
    const current = stats.value;
    untracked(() => {
      discard(({ basis }) => basis !== undefined && basis !== current);
    });
  });
  effect(() => {
    if (chosen.value) untracked(() => void restartLive());
    else untracked(stopLive);
  });
}
