// The WebAssembly variants of the package and their files in dist/wasm, for build.mjs and prepack.mjs.
export const VARIANTS = ['simd', 'relaxed-simd'];
export const filesOf = (variant) => [`webquant-${variant}.mjs`, `webquant-${variant}.wasm`];
