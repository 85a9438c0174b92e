// Google's LiteRT.js as an independent judge of .tflite files: one thread, CPU, in headless Chromium. It runs in a page
// because the package supports browsers only.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startChromium } from './chromium.mjs';
import { startServer } from './server.mjs';

// Both packages' entry points lie in their dist folders; the second is found the way the first would find it.
const core = dirname(createRequire(import.meta.url).resolve('@litertjs/core'));
const wasmUtils = dirname(createRequire(join(core, 'index.js')).resolve('@litertjs/wasm-utils'));
const packageFolder = dirname(core);

// What the runtime prints on every start and what says nothing about a model.
const NOISE =
  /^INFO: |Created TensorFlow Lite XNNPACK delegate|NPU accelerator could not be loaded/;

// What it prints where it did not write an output.
const FAILURE = /Failed to (invoke|allocate tensors|get num packed bytes)|allocation_type/;

const ARRAYS = {
  float32: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
};

/** All samples' bytes in one piece; a sample is a typed array, or for several inputs an array of them in order. */
function pack(inputsList) {
  const views = inputsList.flat().map(({ buffer, byteOffset, byteLength }) => {
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
  return Buffer.concat(views);
}

function unpack(bytes, outputs, count) {
  let offset = 0;
  const take = (byteLength) => {
    offset += byteLength;
    // Copied, as a Buffer's place in its pool need not be aligned.
    return new Uint8Array(bytes.subarray(offset - byteLength, offset)).buffer;
  };
  return Array.from({ length: count }, () => {
    const entries = outputs.map(({ name, dtype, byteLength }) => [
      name,
      new ARRAYS[dtype](take(byteLength)),
    ]);
    return Object.fromEntries(entries);
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

class LiteRt {
  #server;
  #browser;
  #page;
  #messages = [];

  /** Version of the @litertjs/core package. */
  version = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version;

  constructor(server, browser) {
    this.#server = server;
    this.#browser = browser;
  }

  /**
   * Runs the model on every sample, one after the other, through the package's public functions: float32 in and out.
   * A sample is a Float32Array, or an array of them in the order of the model's inputs. Returns a list of
   * { outputName: Float32Array }. Throws with the runtime's own message.
   */
  run(modelBytes, inputsList) {
    return this.#runSamples('run', modelBytes, inputsList);
  }

  /** The same for models with int8 or uint8 ends, which take Int8Array or Uint8Array and return them. */
  runRaw(modelBytes, inputsList) {
    return this.#runSamples('runRaw', modelBytes, inputsList);
  }

  /** { medianMs, minMs, runs } of one inference, input already in place. */
  async benchmark(modelBytes, { runs = 50, warmup = 10 } = {}) {
    const times = await this.#call('benchmark', this.#server.give(modelBytes), runs, warmup);
    return { medianMs: median(times), minMs: Math.min(...times), runs };
  }

  async close() {
    await this.#browser.close();
    await this.#server.close();
  }

  async #runSamples(how, modelBytes, inputsList) {
    const model = this.#server.give(modelBytes);
    const samples = this.#server.give(pack(inputsList));
    const result = this.#server.expect();
    const { outputs } = await this.#call(how, model, samples, inputsList.length, result.url);
    return unpack(result.take(), outputs, inputsList.length);
  }

  async #call(name, ...args) {
    this.#page ??= await this.#open();
    this.#messages.length = 0;
    try {
      const result = await this.#page.evaluate(
        ([name, args]) => window.litert[name](...args),
        [name, args],
      );
      // The runtime says so in its log only, and leaves outputs as they were.
      if (this.#messages.some((message) => FAILURE.test(message)))
        throw new Error('an output is not written');
      return result;
    } catch (error) {
      // The runtime's own log says more than the exception; and after a failure its heap is not to be trusted.
      await this.#page.close().catch(() => {});
      this.#page = undefined;
      const reason = error.message.replace(/^page\.evaluate: /, '').split('\n    at ')[0];
      throw new Error([`LiteRT.js: ${reason}`, ...this.#messages].join('\n  '));
    }
  }

  async #open() {
    const page = await this.#browser.newPage();
    const log = (text) => NOISE.test(text) || this.#messages.push(text);
    page.on('console', (message) => log(message.text()));
    page.on('pageerror', (error) => log(error.message));
    await page.goto(`${this.#server.origin}/page/index.html`);
    await page.evaluate(() => window.ready);
    return page;
  }
}

/** Starts the browser and the local server. Close it, or the process does not end. */
export async function startLiteRt() {
  const server = await startServer({
    '/page/': join(import.meta.dirname, 'page/'),
    '/core/': `${core}/`,
    '/wasm-utils/': `${wasmUtils}/`,
    '/wasm/': join(packageFolder, 'wasm/'),
  });
  try {
    return new LiteRt(server, await startChromium());
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** LiteRT.js's outputs: a list per output with one typed array per sample. `raw` where they are not float32. */
export async function outputsThere(litert, bytes, inputs, { raw = false } = {}) {
  const samples = await (raw ? litert.runRaw(bytes, inputs) : litert.run(bytes, inputs));
  return Object.keys(samples[0]).map((name) => samples.map((sample) => sample[name]));
}
