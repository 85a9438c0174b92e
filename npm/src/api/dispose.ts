// The symbol behind `using`, for the classes that hold memory of WebAssembly. Engines that lack it get the one that compilers fall back to.

/// <reference lib="esnext.disposable" preserve="true" />

/** `Symbol.dispose`, or where the engine lacks it the symbol that compilers of `using` fall back to. */
export const dispose: typeof Symbol.dispose =
  Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);
