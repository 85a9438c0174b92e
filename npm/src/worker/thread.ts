// The worker's side of the connection: it answers the messages of the thread that has started the worker. A browser's worker has
// `postMessage`, a worker thread of Node has a port.

import { type Endpoint, expose } from 'comlink';
import { guarded, Host } from './host.js';
import { nodeEndpoint, workerThreads } from './node.js';

/** Answers calls from now on. */
export function serve(): void {
  const host = guarded(new Host());
  if (typeof globalThis.postMessage === 'function') expose(host, globalThis as unknown as Endpoint);
  else workerThreads().then(({ parentPort }) => expose(host, nodeEndpoint(parentPort)));
}
