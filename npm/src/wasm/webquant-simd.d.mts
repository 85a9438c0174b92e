// The JavaScript glue of one variant, as a type. CMake builds it with its .wasm file, and build.mjs copies both to dist/wasm.

import type { Factory } from './core.js';

declare const factory: Factory;
export default factory;
