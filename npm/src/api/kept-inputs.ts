// A few of the inputs that a calibrator has seen, spread evenly over all of them, on which versions of the model can be compared.

import type { Inputs, TypedArray } from './types.js';

/** Keeps copies of at most `most` inputs, and never fewer than half of that once there were so many. Which ones depends on their number alone. */
export class KeptInputs {
  #list: Inputs[] = [];
  #seen = 0;
  /** Every so many inputs one is kept. */
  #stride = 1;

  constructor(readonly most: number) {}

  /** In the order in which they came. */
  get list(): readonly Inputs[] {
    return this.#list;
  }

  offer(inputs: Inputs): void {
    const index = this.#seen++;
    if (this.most === 0 || index % this.#stride !== 0) return;
    if (this.#list.length === this.most) {
      this.#list = this.#list.filter((_, i) => i % 2 === 0);
      this.#stride *= 2;
      if (index % this.#stride !== 0) return;
    }
    this.#list.push(copyOf(inputs));
  }
}

function copyOf(inputs: Inputs): Inputs {
  if (ArrayBuffer.isView(inputs)) return (inputs as TypedArray).slice();
  if (Array.isArray(inputs)) return inputs.map((array: TypedArray) => array.slice());
  const arrays = inputs as Readonly<Record<string, TypedArray>>;
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.slice()]));
}
