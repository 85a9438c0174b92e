// Loads the WebAssembly module: it picks the variant, finds and compiles the .wasm file, and starts the module with the JavaScript glue
// that Emscripten has made for it. A failure keeps its real cause, and its code says whether the user's file or the engine is at fault.

import { relaxedSimd, simd } from 'wasm-feature-detect';
import { MODULES } from '../modules.js';
import type { Core, Runtime } from '../wasm/core.js';
import { checkOptions, describe, integer, kindOf, type OptionTable, oneOf } from './arguments.js';
import { baseUrl } from './base-url.js';
import { invalidInput, isOutOfMemory, isTrap, messageOf, WebQuantError } from './errors.js';
import type { Variant } from './types.js';
import { version, xnnpack } from './version.js';
import { WebQuant } from './webquant.js';

/** Options of {@link load}. */
export interface LoadOptions {
  /** Which module is loaded. Default `auto`: `relaxed-simd` where the engine has it, because it makes INT8 about twice as fast, otherwise
   * `simd`. */
  variant?: Variant | 'auto';
  /** How many threads compute. Default 1, which is all that this version can do. */
  threads?: number;
  /**
   * The folder that `webquant-simd.wasm` and `webquant-relaxed-simd.wasm` are served from. A string may be relative to the page (in Node
   * to the working directory). Default: beside this package's JavaScript.
   */
  wasmUrl?: string | { readonly href: string };
  /** The contents of the `.wasm` file, instead of reading it; with `variant: 'auto'` it may be either of the two. */
  wasmBinary?: Uint8Array | ArrayBuffer;
}

/** Every option of {@link load}. @internal */
export const LOAD_OPTIONS: OptionTable<LoadOptions> = {
  variant: true,
  threads: true,
  wasmUrl: true,
  wasmBinary: true,
};

/**
 * Loads the WebAssembly module. Each call has a module and a memory of its own; nothing is global.
 *
 * @throws WebQuantError `unsupported` where the engine lacks WebAssembly SIMD, or relaxed SIMD or threads that were asked for;
 * `invalid-input` for an option that is unknown, and for a `wasmUrl` or `wasmBinary` that leads to no module; `out-of-memory`;
 * `internal` where the package's own files cannot be loaded or started. `cause` is the engine's own exception.
 */
export async function load(options: LoadOptions = {}): Promise<WebQuant> {
  checkOptions('options', options, LOAD_OPTIONS);
  const wanted = oneOf(
    'options.variant',
    options.variant,
    ['auto', 'relaxed-simd', 'simd'],
    'auto',
  );
  checkThreads(options.threads);
  const supported = await supportedVariants();
  if (!supported.includes('simd'))
    throw new WebQuantError('unsupported', 'load', 'this engine has no WebAssembly SIMD');
  if (wanted !== 'auto' && !supported.includes(wanted))
    throw new WebQuantError(
      'unsupported',
      'options.variant',
      `this engine has no relaxed SIMD; "simd" would run`,
    );
  const { variant, runtime } = await start(options, wanted === 'auto' ? supported : [wanted]);
  return WebQuant.create(runtime, { version, variant, threads: 1, xnnpack });
}

function checkThreads(threads: unknown): void {
  if (integer('options.threads', threads, 1, 1, 1024) > 1)
    throw new WebQuantError(
      'unsupported',
      'options.threads',
      `${threads} threads asked for, but this version of webquant runs on one; leave the option out or pass 1`,
    );
}

/** What the engine runs, the best first. */
async function supportedVariants(): Promise<Variant[]> {
  const [hasRelaxed, hasSimd] = await Promise.all([relaxedSimd(), simd()]);
  return [
    ...(hasRelaxed ? (['relaxed-simd'] as const) : []),
    ...(hasSimd ? (['simd'] as const) : []),
  ];
}

async function start(
  { wasmUrl, wasmBinary }: LoadOptions,
  [best = 'simd', ...others]: Variant[],
): Promise<{ variant: Variant; runtime: Runtime }> {
  if (wasmBinary === undefined) {
    const url =
      wasmUrl === undefined ? MODULES[best].wasm : urlIn(wasmUrl, `webquant-${best}.wasm`);
    const where = wasmUrl === undefined ? 'load' : 'options.wasmUrl';
    return {
      variant: best,
      runtime: await instantiate(best, await compileFrom(url, where), where),
    };
  }
  const module = await compileBytes(wasmBinary);
  let mismatch: unknown;
  for (const variant of [best, ...others]) {
    try {
      return { variant, runtime: await instantiate(variant, module, 'options.wasmBinary') };
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      mismatch ??= error.cause;
    }
  }
  const names = [best, ...others].map((variant) => `webquant-${variant}.wasm`).join(' or ');
  throw invalidInput('options.wasmBinary', `this is not ${names} of webquant ${version}`, mismatch);
}

/** A binary that does not belong to the glue of a variant. */
class Mismatch extends WebQuantError {
  constructor(where: string, message: string, cause: unknown) {
    const code = where === 'load' ? 'internal' : 'invalid-input';
    super(code, where, `the .wasm file does not fit this package: ${message}`, { cause });
  }
}

/** A new instance of a variant. Its glue and its binary belong together; any other binary than its own is a `Mismatch`. */
async function instantiate(
  variant: Variant,
  module: WebAssembly.Module,
  where: string,
): Promise<Runtime> {
  const { default: factory } = await MODULES[variant].glue().catch((cause) => {
    throw failure('load', `cannot load the JavaScript of the variant "${variant}"`, cause);
  });
  try {
    let memory: WebAssembly.Memory | undefined;
    const core = await new Promise<Core>((resolve, reject) => {
      const instantiateWasm = (
        imports: WebAssembly.Imports,
        receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
      ): object => {
        WebAssembly.instantiate(module, imports)
          .then((instance) => {
            // The exports' names are shortened by the build.
            memory = Object.values(instance.exports).find(
              (it) => kindOf(it) === 'WebAssembly.Memory',
            ) as WebAssembly.Memory;
            receive(instance, module);
          })
          .catch(reject);
        return {};
      };
      const silent = (): void => {};
      factory({ instantiateWasm, print: silent, printErr: silent }).then(resolve, reject);
    });
    if (!memory || core.variant() !== variant)
      throw new TypeError(`the module is not the variant "${variant}"`);
    return { core, memory, disposed: false };
  } catch (cause) {
    // The engine says so when imports do not fit, and the glue fails so when it misses an export.
    const isMismatch = cause instanceof WebAssembly.LinkError || cause instanceof TypeError;
    if (isMismatch) throw new Mismatch(where, messageOf(cause), cause);
    throw failure(where, 'cannot start the module', cause);
  }
}

async function compileBytes(bytes: unknown): Promise<WebAssembly.Module> {
  const where = 'options.wasmBinary';
  if (kindOf(bytes) !== 'Uint8Array' && kindOf(bytes) !== 'ArrayBuffer')
    throw invalidInput(where, `expected a Uint8Array or an ArrayBuffer, got ${describe(bytes)}`);
  try {
    return await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
  } catch (cause) {
    throw failure(where, 'this is not a WebAssembly module that can run here', cause);
  }
}

async function compileFrom(url: URL, where: string): Promise<WebAssembly.Module> {
  try {
    if (url.protocol === 'file:') return await WebAssembly.compile(await readFile(url));
    const response = await fetch(url, { credentials: 'same-origin' });
    if (!response.ok) throw new Error(`the server says ${response.status} ${response.statusText}`);
    // The module is compiled while it loads if the server gives the right type, which not every server does.
    if (response.headers.get('Content-Type')?.startsWith('application/wasm'))
      return await WebAssembly.compileStreaming(response);
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    const advice = where === 'load' ? '; options.wasmUrl tells where the .wasm files are' : '';
    throw failure(where, `cannot load ${url.href}`, cause, advice);
  }
}

/**
 * What could not be done, with its cause. The user's file is at fault, if there is one, unless the engine has too little memory or
 * WebAssembly was trapped.
 */
function failure(where: string, what: string, cause: unknown, advice = ''): WebQuantError {
  const message = `${what}: ${messageOf(cause)}`;
  if (isOutOfMemory(cause) || cause instanceof RangeError)
    return new WebQuantError('out-of-memory', where, message, { cause });
  const code = where === 'load' || isTrap(cause) ? 'internal' : 'invalid-input';
  return new WebQuantError(code, where, message + advice, { cause });
}

async function readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  // The name is held in a variable, so that bundlers for browsers do not look for the module.
  const name = 'node:fs/promises';
  const fs = await import(/* webpackIgnore: true */ /* @vite-ignore */ name);
  return fs.readFile(url);
}

function urlIn(folder: unknown, file: string): URL {
  const href = typeof folder === 'string' ? folder : (folder as { href?: unknown } | null)?.href;
  try {
    if (typeof href !== 'string') throw new Error('neither a string nor a URL');
    const url = new URL(href, baseUrl());
    if (!url.pathname.endsWith('/')) url.pathname += '/';
    return new URL(file, url);
  } catch (cause) {
    throw invalidInput(
      'options.wasmUrl',
      `expected the URL of a folder, got ${describe(folder)}`,
      cause,
    );
  }
}
