// The module that CMake builds and build.mjs copies to dist/wasm.
import type { Factory } from './core.js';

declare const factory: Factory;
export default factory;
