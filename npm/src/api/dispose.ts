/// <reference lib="esnext.disposable" preserve="true" />

/** `Symbol.dispose`, or where the engine lacks it the symbol that compilers of `using` fall back to. */
export const dispose: typeof Symbol.dispose =
  Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);
