// The page's own worker, called like a local object. It does what takes long and needs no WebAssembly.

import { type Remote, wrap } from 'comlink';
import type { Helper } from './helper-worker.ts';

/** Started with the page, so that nothing has to be fetched later. */
export const helper: Remote<Helper> = wrap(
  new Worker(new URL('./helper-worker.ts', import.meta.url), { type: 'module' }),
);
