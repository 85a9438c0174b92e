/**
 * The package in a worker, so that the page stays free: the same calls, each of which returns a promise.
 *
 * @packageDocumentation
 */

import { checkOptions } from './api/arguments.js';
import { baseUrl } from './api/base-url.js';
import { invalidInput } from './api/errors.js';
import { LOAD_OPTIONS, type LoadOptions } from './api/load.js';
import { Connection } from './worker/connection.js';
import { WorkerWebQuant } from './worker/webquant.js';

export { type ErrorCode, WebQuantError } from './api/errors.js';
export { mergeStats } from './api/stats.js';
export type * from './api/types.js';
export type { CallOptions, LongCallOptions, ModelSource, SampleSource } from './worker/options.js';
export type { WorkerCalibrator, WorkerSession, WorkerWebQuant } from './worker/webquant.js';

/**
 * Starts a worker and loads the WebAssembly module there. Each call has a worker of its own; `dispose()` ends it.
 *
 * In Node a worker that has nothing to do does not keep the process alive.
 *
 * @throws WebQuantError as `load`, and `internal` with `where` `worker` where the worker cannot start
 */
export async function loadInWorker(options: LoadOptions = {}): Promise<WorkerWebQuant> {
  checkOptions('options', options, LOAD_OPTIONS);
  // The address is written out twice, because bundlers look for exactly these expressions.
  const connection = await Connection.open({
    inBrowser: () => new Worker(new URL('./worker-thread.js', import.meta.url), { type: 'module' }),
    inNode: () => new URL('./worker-thread.js', import.meta.url),
  });
  try {
    const info = await connection.call('load', [absolute(options)]);
    return WorkerWebQuant.create(connection, info);
  } catch (error) {
    connection.close(invalidInput('webquant', 'it could not be loaded'));
    throw error;
  }
}

/** Makes a relative address absolute here, because the worker's script has another address, to which it would be relative there. */
function absolute(options: LoadOptions): LoadOptions {
  const { wasmUrl } = options;
  const href = typeof wasmUrl === 'object' ? wasmUrl.href : wasmUrl;
  if (typeof href !== 'string') return options;
  return { ...options, wasmUrl: new URL(href, baseUrl()).href };
}
