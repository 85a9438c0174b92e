// The package in its worker, which does everything heavy. The page uses nothing else of it.

import { computed, signal } from '@preact/signals';
import {
  type CalibrationMethod,
  loadInWorker,
  WebQuantError,
  type WorkerWebQuant,
} from 'webquant/worker';

export type EngineState =
  | { kind: 'loading' }
  | { kind: 'ready'; wq: WorkerWebQuant; methods: CalibrationMethod[] }
  | { kind: 'failed'; reason: string };

export const engine = signal<EngineState>({ kind: 'loading' });

export const isReady = computed(() => engine.value.kind === 'ready');

const METHODS: CalibrationMethod[] = ['minmax', 'moving-average', 'percentile', 'entropy', 'mse'];

/** Loads the package; `model` is any that can be calibrated, to ask which methods there are. */
export async function startEngine(model: Uint8Array): Promise<void> {
  engine.value = { kind: 'loading' };
  try {
    const wq = await loadInWorker();
    engine.value = { kind: 'ready', wq, methods: await methodsOf(wq, model) };
  } catch (error) {
    engine.value = { kind: 'failed', reason: messageOf(error) };
  }
}

export function wq(): WorkerWebQuant {
  if (engine.value.kind !== 'ready') throw new Error('The engine is not loaded.');
  return engine.value.wq;
}

async function methodsOf(wq: WorkerWebQuant, model: Uint8Array): Promise<CalibrationMethod[]> {
  const found: CalibrationMethod[] = [];
  for (const method of METHODS) {
    try {
      const calibrator = await wq.createCalibrator(model, { method });
      await calibrator.dispose();
      found.push(method);
    } catch (error) {
      if (!(error instanceof WebQuantError && error.where === 'options.method')) throw error;
    }
  }
  return found;
}

/** What went wrong, as a sentence; where the engine itself has stopped, that becomes the page's state. */
export function messageOf(error: unknown): string {
  if (error instanceof WebQuantError && error.code === 'internal' && error.where === 'worker')
    engine.value = { kind: 'failed', reason: error.message };
  return error instanceof Error ? error.message : String(error);
}

export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError';
