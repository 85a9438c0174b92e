/**
 * The package in a worker, so that the page stays free: the same calls, each of which returns a promise.
 *
 * @packageDocumentation
 */

import { baseUrl } from './base-url.js';
import { invalidInput } from './errors.js';
import type { LoadOptions } from './load.js';
import { WorkerWebQuant } from './worker-api.js';
import { Connection } from './worker-connection.js';

export { type ErrorCode, WebQuantError } from './errors.js';
export { mergeStats } from './stats.js';
export type * from './types.js';
export type { WorkerCalibrator, WorkerSession, WorkerWebQuant } from './worker-api.js';
export type { CallOptions, LongCallOptions, ModelSource, SampleSource } from './worker-options.js';

/**
 * Starts a worker and loads the WebAssembly module there. Each call has a worker of its own; `dispose()` ends it.
 *
 * In Node a worker that has nothing to do does not keep the process alive.
 *
 * @throws WebQuantError as `load`, and `internal` where the worker cannot start
 */
export async function loadInWorker(options: LoadOptions = {}): Promise<WorkerWebQuant> {
  const connection = await Connection.open();
  try {
    const info = await connection.call('load', [absolute(options)]);
    return WorkerWebQuant.create(connection, info);
  } catch (error) {
    connection.close(invalidInput('webquant', 'it could not be loaded'));
    throw error;
  }
}

/** The worker has an address of its own, which nothing should be relative to. */
function absolute(options: LoadOptions): LoadOptions {
  const { wasmUrl } = options ?? {};
  const href = typeof wasmUrl === 'object' ? wasmUrl.href : wasmUrl;
  if (typeof href !== 'string') return options;
  return { ...options, wasmUrl: new URL(href, baseUrl()).href };
}
