// Comlink declares this adapter only beside its CommonJS build.
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
