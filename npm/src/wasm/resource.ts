// What sessions and calibrators have in common: they hold an object in WebAssembly, which is freed once, by `dispose()`.

import { dispose } from '../api/dispose.js';
import { invalidInput } from '../api/errors.js';
import { type Handle, type Runtime, release } from './core.js';

/**
 * Something that holds memory of WebAssembly until `dispose()`. One that is forgotten is freed when it is collected as garbage, which
 * may be late or never: that is a safety net, no more.
 */
export abstract class Resource {
  readonly #runtime: Runtime;
  readonly #what: string;
  #handle: Handle | undefined;

  /** @internal */
  protected constructor(runtime: Runtime, handle: Handle, what: string) {
    this.#runtime = runtime;
    this.#handle = handle;
    this.#what = what;
  }

  /** Throws `invalid-input` after `dispose()`. @internal */
  protected requireLive(): void {
    if (this.#runtime.disposed)
      throw invalidInput(this.#what, 'used after dispose() of the WebQuant that made it');
    if (!this.#handle) throw invalidInput(this.#what, 'used after dispose()');
  }

  /**
   * Frees the memory. Further calls do nothing. Any other use than reading what the inputs and outputs are throws `invalid-input`.
   */
  dispose(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    release(handle);
  }

  /** For `using`: the same as {@link Resource.dispose | dispose}. */
  [dispose](): void {
    this.dispose();
  }
}
