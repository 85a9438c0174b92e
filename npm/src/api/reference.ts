// The float model of a search for the best version: it is compared with many candidates on the same samples, and runs on each sample
// once. WebAssembly (src/compare/reference.h) keeps its outputs, as far as its bound on memory allows.

import {
  type ComparatorRunner,
  type ReferenceRunner,
  type Runtime,
  release,
  unwrap,
} from '../wasm/core.js';
import type { Inputs } from './types.js';

/** A reference for `comparing`. Samples are known by their identity: whoever changes one between comparisons gets figures of both. @internal */
export class Reference {
  readonly #runner: ReferenceRunner;
  readonly #numbers = new Map<Inputs, number>();

  /** @throws WebQuantError as `createSession` */
  constructor(runtime: Runtime, bytes: Uint8Array) {
    this.#runner = unwrap(() => runtime.core.createReference(bytes));
  }

  /** Begins the comparison with a candidate, which is to be released before the next one. */
  compareWith(candidate: Uint8Array): ComparatorRunner {
    return unwrap(() => this.#runner.compareWith(candidate));
  }

  /** The number under which the outputs for a sample are kept. */
  numberOf(sample: Inputs): number {
    const known = this.#numbers.get(sample);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(sample, number);
    return number;
  }

  /** How often the model ran. */
  get runs(): number {
    return unwrap(() => this.#runner.runs());
  }

  dispose(): void {
    release(this.#runner);
  }
}
