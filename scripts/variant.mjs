// Prints the variant that this Node runs best, simd or relaxed-simd. scripts/build --quick builds that one only, before any package is installed, so it
// asks the engine itself, as the npm package does when it loads.

// A module with one function that returns i8x16.relaxed_swizzle of two vectors.
const relaxed = [
  [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic number and version
  [1, 5, 1, 0x60, 0, 1, 0x7b], // types: () -> v128
  [3, 2, 1, 0], // functions: one of type 0
  [10, 15, 1, 13, 0], // code: one body of 13 bytes, no locals
  [0x41, 0, 0xfd, 0x0f, 0x41, 0, 0xfd, 0x0f, 0xfd, 0x80, 0x02, 0x0b], // i32.const 0, i8x16.splat, the same again, relaxed_swizzle, end
];
console.log(WebAssembly.validate(Uint8Array.from(relaxed.flat())) ? 'relaxed-simd' : 'simd');
