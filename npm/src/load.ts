import { relaxedSimd, simd } from 'wasm-feature-detect';
import { checkOptions, describe, integer, kindOf, oneOf } from './arguments.js';
import { baseUrl } from './base-url.js';
import type { Core, Factory, Runtime } from './core.js';
import { invalidInput, WebQuantError } from './errors.js';
import type { Variant } from './types.js';
import { version, xnnpack } from './version.js';
import { WebQuant } from './webquant.js';

/** Options of {@link load}. */
export interface LoadOptions {
  /** Default `auto`: `relaxed-simd` where the engine has it, which makes INT8 about twice as fast, otherwise `simd`. */
  variant?: Variant | 'auto';
  /** Default 1, which is all that this version can do. */
  threads?: number;
  /**
   * The folder that `webquant-simd.wasm` and `webquant-relaxed-simd.wasm` are served from. A string may be relative to the page (in Node
   * to the working directory). Default: beside this package's JavaScript.
   */
  wasmUrl?: string | { readonly href: string };
  /** The contents of the `.wasm` file, instead of reading it; with `variant: 'auto'` it may be either of the two. */
  wasmBinary?: Uint8Array | ArrayBuffer;
}

// Written out for each variant, so that bundlers find the files.
const VARIANTS: Record<Variant, { wasm: URL; glue: () => Promise<{ default: Factory }> }> = {
  'relaxed-simd': {
    wasm: new URL('./wasm/webquant-relaxed-simd.wasm', import.meta.url),
    glue: () => import('./wasm/webquant-relaxed-simd.mjs'),
  },
  simd: {
    wasm: new URL('./wasm/webquant-simd.wasm', import.meta.url),
    glue: () => import('./wasm/webquant-simd.mjs'),
  },
};

/**
 * Loads the WebAssembly module. Each call has a module and a memory of its own; nothing is global.
 *
 * @throws WebQuantError `unsupported` where the engine lacks WebAssembly SIMD, or relaxed SIMD or threads that were asked for;
 * `invalid-input` for a `wasmUrl` or `wasmBinary` that leads to no module
 */
export async function load(options: LoadOptions = {}): Promise<WebQuant> {
  checkOptions('options', options);
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
      wasmUrl === undefined ? VARIANTS[best].wasm : urlIn(wasmUrl, `webquant-${best}.wasm`);
    const where = wasmUrl === undefined ? 'load' : 'options.wasmUrl';
    return {
      variant: best,
      runtime: await instantiate(best, await compileFrom(url, where), where),
    };
  }
  const module = await compileBytes(wasmBinary);
  for (const variant of [best, ...others]) {
    const runtime = await instantiate(variant, module, 'options.wasmBinary').catch(() => undefined);
    if (runtime) return { variant, runtime };
  }
  const names = [best, ...others].map((variant) => `webquant-${variant}.wasm`).join(' or ');
  throw invalidInput('options.wasmBinary', `this is not ${names} of webquant ${version}`);
}

/** A new instance of a variant. Its glue and its binary belong together; others than its own binary are refused. */
async function instantiate(
  variant: Variant,
  module: WebAssembly.Module,
  where: string,
): Promise<Runtime> {
  const { default: factory } = await VARIANTS[variant].glue();
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
      throw new Error(`the module is not the variant "${variant}"`);
    return { core, memory, disposed: false };
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new WebQuantError('out-of-memory', where, cause.message, { cause });
    const message = `cannot start the module: ${cause instanceof Error ? cause.message : cause}`;
    throw where === 'load'
      ? new WebQuantError('internal', where, message, { cause })
      : invalidInput(where, message, cause);
  }
}

async function compileBytes(bytes: unknown): Promise<WebAssembly.Module> {
  if (kindOf(bytes) !== 'Uint8Array' && kindOf(bytes) !== 'ArrayBuffer')
    throw invalidInput(
      'options.wasmBinary',
      `expected a Uint8Array or an ArrayBuffer, got ${describe(bytes)}`,
    );
  try {
    return await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
  } catch (cause) {
    throw invalidInput('options.wasmBinary', 'this is not a WebAssembly module', cause);
  }
}

async function compileFrom(url: URL, where: string): Promise<WebAssembly.Module> {
  try {
    if (url.protocol === 'file:') return await WebAssembly.compile(await readFile(url));
    const response = await fetch(url, { credentials: 'same-origin' });
    if (!response.ok) throw new Error(`the server says ${response.status} ${response.statusText}`);
    // Compiling while it loads takes the right type from the server; not all are set up so.
    if (response.headers.get('Content-Type')?.startsWith('application/wasm'))
      return await WebAssembly.compileStreaming(response);
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    const message = `cannot load ${url.href}: ${cause instanceof Error ? cause.message : cause}`;
    throw where === 'load'
      ? new WebQuantError(
          'internal',
          where,
          `${message}; options.wasmUrl tells where the .wasm files are`,
          { cause },
        )
      : invalidInput(where, message, cause);
  }
}

async function readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  // Bundlers for browsers must not follow this.
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
