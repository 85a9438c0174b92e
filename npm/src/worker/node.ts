// Node's worker_threads, made to look like a browser's workers. Everything else of the package is the same in both.

import type { Endpoint } from 'comlink';
import adapt, { type NodeEndpoint } from 'comlink/dist/esm/node-adapter.mjs';

/** The part of Node's `Worker` that is used here. */
export interface NodeWorker extends NodeEndpoint {
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}

interface WorkerThreads {
  Worker: new (script: URL, options: { execArgv?: string[] }) => NodeWorker;
  parentPort: NodeEndpoint;
}

/** The module of Node that has the workers. */
export function workerThreads(): Promise<WorkerThreads> {
  // The name is held in a variable, so that bundlers for browsers do not look for the module.
  const name = 'node:worker_threads';
  return import(/* webpackIgnore: true */ /* @vite-ignore */ name);
}

/** A port or worker of Node as Comlink takes it. */
export const nodeEndpoint = (port: NodeEndpoint): Endpoint => adapt(port);

/** Options of a new worker. It inherits the options of Node itself, except for those that describe the main script's text. */
export function workerOptions(): { execArgv?: string[] } {
  const { process } = globalThis as unknown as { process: { execArgv: string[] } };
  const ofMain = /^(-e|-p|-pe|--eval|--print|--input-type)(=|$)/;
  const execArgv = process.execArgv.filter(
    (option, i, all) => !ofMain.test(option) && !ofMain.test(all[i - 1] ?? ''),
  );
  return execArgv.length < process.execArgv.length ? { execArgv } : {};
}
