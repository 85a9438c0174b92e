// The package in its worker, which does everything heavy. The page uses nothing else of it.

import { computed, signal } from '@preact/signals';
import { loadInWorker, WebQuantError, type WorkerWebQuant } from 'webquant/worker';
import { texts } from '../texts/index.ts';

export type EngineState =
  | { kind: 'loading' }
  | { kind: 'ready'; wq: WorkerWebQuant }
  | { kind: 'failed'; reason: string };

export const engine = signal<EngineState>({ kind: 'loading' });

export const isReady = computed(() => engine.value.kind === 'ready');

let running: WorkerWebQuant | undefined;

/** Loads the package, again after it has failed. A worker from before is ended first. */
export async function startEngine(): Promise<void> {
  engine.value = { kind: 'loading' };
  await running?.dispose().catch(() => {}); // one that has stopped by itself has nothing left to end
  running = undefined;
  try {
    running = await loadInWorker();
    engine.value = { kind: 'ready', wq: running };
  } catch (error) {
    engine.value = { kind: 'failed', reason: messageOf(error) };
  }
}

export function wq(): WorkerWebQuant {
  if (engine.value.kind !== 'ready') throw new Error(texts.engine.loading);
  return engine.value.wq;
}

/** Waits while the engine is loading. */
export const whenReady = (): Promise<WorkerWebQuant> =>
  new Promise((resolve, reject) => {
    const stop = engine.subscribe((state) => {
      if (state.kind === 'loading') return;
      queueMicrotask(() => stop());
      if (state.kind === 'ready') resolve(state.wq);
      else reject(new Error(state.reason));
    });
  });

/**
 * What went wrong, as a sentence. Where the worker itself has stopped, which the package tells by this code and place and by nothing
 * else, that becomes the page's state.
 */
export function messageOf(error: unknown): string {
  if (error instanceof WebQuantError && error.code === 'internal' && error.where === 'worker')
    engine.value = { kind: 'failed', reason: error.message };
  return error instanceof Error ? error.message : String(error);
}

export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError';
