// Types of Comlink's adapter for Node's workers. Comlink declares them only beside its CommonJS build, which the package does not use.
declare module 'comlink/dist/esm/node-adapter.mjs' {
  import type { Endpoint } from 'comlink';

  export interface NodeEndpoint {
    postMessage(message: unknown, transfer?: unknown[]): void;
    on(type: string, listener: (value: unknown) => void): void;
    off(type: string, listener: (value: unknown) => void): void;
    start?(): void;
  }
  export default function nodeEndpoint(endpoint: NodeEndpoint): Endpoint;
}
