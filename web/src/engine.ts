// The package in its worker, which does everything heavy. The page uses nothing else of it.

import { computed, signal } from '@preact/signals';
import { loadInWorker, WebQuantError, type WorkerWebQuant } from 'webquant/worker';

export type EngineState =
  | { kind: 'loading' }
  | { kind: 'ready'; wq: WorkerWebQuant }
  | { kind: 'failed'; reason: string };

export const engine = signal<EngineState>({ kind: 'loading' });

export const isReady = computed(() => engine.value.kind === 'ready');

export async function startEngine(): Promise<void> {
  engine.value = { kind: 'loading' };
  try {
    engine.value = { kind: 'ready', wq: await loadInWorker() };
  } catch (error) {
    engine.value = { kind: 'failed', reason: messageOf(error) };
  }
}

export function wq(): WorkerWebQuant {
  if (engine.value.kind !== 'ready') throw new Error('The engine is not loaded.');
  return engine.value.wq;
}

/** What went wrong, as a sentence; where the engine itself has stopped, that becomes the page's state. */
export function messageOf(error: unknown): string {
  if (error instanceof WebQuantError && error.code === 'internal' && error.where === 'worker')
    engine.value = { kind: 'failed', reason: error.message };
  return error instanceof Error ? error.message : String(error);
}

export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError';
