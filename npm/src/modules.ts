// The two WebAssembly modules of the package, for `load`: where each .wasm file lies and how its JavaScript glue is imported.
// This file stays at the top of the package because some bundlers keep these addresses as they are written; a bundle then looks for
// the folder `wasm` beside itself, as the package's README tells.

import type { Variant } from './api/types.js';
import type { Factory } from './wasm/core.js';

/** Every address is written out, so that bundlers can find the files. */
export const MODULES: Record<Variant, { wasm: URL; glue: () => Promise<{ default: Factory }> }> = {
  'relaxed-simd': {
    wasm: new URL('./wasm/webquant-relaxed-simd.wasm', import.meta.url),
    glue: () => import('./wasm/webquant-relaxed-simd.mjs'),
  },
  simd: {
    wasm: new URL('./wasm/webquant-simd.wasm', import.meta.url),
    glue: () => import('./wasm/webquant-simd.mjs'),
  },
};
