// The script of the worker, in browsers and in Node.

import { type Endpoint, expose } from 'comlink';
import { guarded, Host } from './worker-host.js';
import { nodeEndpoint, workerThreads } from './worker-node.js';

const host = guarded(new Host());
if (typeof globalThis.postMessage === 'function') expose(host, globalThis as unknown as Endpoint);
else workerThreads().then(({ parentPort }) => expose(host, nodeEndpoint(parentPort)));
