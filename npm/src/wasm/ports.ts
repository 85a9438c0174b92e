// All inputs and outputs of a model that sessions, calibrators and comparisons run: their values are checked and copied into
// WebAssembly's memory before a run, and out of it afterwards.

import { describe, kindOf, listed } from '../api/arguments.js';
import { invalidInput } from '../api/errors.js';
import type { Inputs, Outputs, TensorInfo, TypedArray } from '../api/types.js';
import { type PortDescription, type Runner, unwrap } from './core.js';
import { Port } from './port.js';

/**
 * Which inputs take real values and have them converted: none, those that are stored as integers and are given real values, or all, so
 * that the same values can go to models of different types.
 */
export type RealInputs = 'none' | 'encoded' | 'all';

/** The inputs and outputs of a runner. Runs allocate nothing but their results. */
export class Ports {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #runner: Runner;
  readonly #memory: WebAssembly.Memory;
  readonly #in: readonly Port[];
  readonly #out: readonly Port[];
  readonly #inNames: ReadonlyMap<string, number>;
  readonly #outNames: ReadonlyMap<string, number>;
  readonly #written: Uint8Array;
  #scratch: Float32Array | undefined;

  constructor(runner: Runner, memory: WebAssembly.Memory) {
    const { inputs, outputs } = unwrap(() => runner.ports());
    this.#runner = runner;
    this.#memory = memory;
    this.#in = inputs.map((port) => new Port(port));
    this.#out = outputs.map((port) => new Port(port));
    this.#inNames = namesOf(inputs);
    this.#outNames = namesOf(outputs);
    this.#written = new Uint8Array(inputs.length);
    this.inputs = inputs.map((port) => port.info);
    this.outputs = outputs.map((port) => port.info);
  }

  /** The place of an input in WebAssembly's memory. */
  input(name: string): TypedArray {
    const index = indexOf(this.#inNames, name, 'name', 'input');
    return (this.#in[index] as Port).view(this.#memory);
  }

  /** Writes all inputs. `where` is what errors call them. */
  write(inputs: Inputs, real: RealInputs, where = 'inputs'): void {
    if (ArrayBuffer.isView(inputs)) {
      if (this.#in.length !== 1)
        throw invalidInput(where, `one array given, but the model has ${this.#inputList()}`);
      this.#write(0, inputs as TypedArray, real, where);
    } else if (Array.isArray(inputs)) {
      if (inputs.length !== this.#in.length)
        throw invalidInput(
          where,
          `an array of ${inputs.length} given, but the model has ${this.#inputList()}`,
        );
      for (let i = 0; i < inputs.length; ++i) this.#write(i, inputs[i], real, where);
    } else if (typeof inputs === 'object' && inputs !== null) {
      this.#writeRecord(inputs as Record<string, TypedArray>, real, where);
    } else {
      throw invalidInput(
        where,
        `expected a typed array, a record or an array of them for ${this.#inputList()}, got ${describe(inputs)}`,
      );
    }
  }

  /** Checks what outputs are to be copied to. */
  checkInto(into: Outputs, decode: boolean): void {
    if (typeof into !== 'object' || into === null || ArrayBuffer.isView(into))
      throw invalidInput(
        'options.into',
        `expected a record of typed arrays by output name, got ${describe(into)}`,
      );
    for (const name in into) {
      const index = indexOf(this.#outNames, name, 'options.into', 'output');
      const port = this.#out[index] as Port;
      port.check(into[name], decode ? port.realKind : port.kind, 'options.into');
    }
  }

  /** Copies the outputs into `into`, which was checked, or into new arrays; with `decode` as real values. */
  read(into: Outputs | undefined, decode: boolean): Outputs {
    if (into) {
      for (const name in into) {
        const values = this.#values(this.#outNames.get(name) as number, decode);
        (into[name] as Float32Array).set(values as Float32Array);
      }
      return into;
    }
    const outputs: Outputs = {};
    for (let i = 0; i < this.#out.length; ++i)
      outputs[(this.#out[i] as Port).info.name] = this.#values(i, decode).slice();
    return outputs;
  }

  #writeRecord(inputs: Record<string, TypedArray>, real: RealInputs, where: string): void {
    this.#written.fill(0);
    for (const name in inputs) {
      const index = indexOf(this.#inNames, name, where, 'input');
      if (this.#written[index])
        throw invalidInput(
          `${where}[${JSON.stringify(name)}]`,
          'given twice, by its own name and by its signature name',
        );
      this.#written[index] = 1;
      this.#write(index, inputs[name], real, where);
    }
    const missing = this.#written.indexOf(0);
    if (missing >= 0)
      throw invalidInput(
        `${where}[${JSON.stringify(this.inputs[missing]?.name)}]`,
        `missing; the model has ${this.#inputList()}`,
      );
  }

  #write(index: number, value: unknown, real: RealInputs, where: string): void {
    const port = this.#in[index] as Port;
    const isReal =
      real === 'all' ||
      (real === 'encoded' && port.realKind !== port.kind && kindOf(value) === port.realKind);
    port.check(value, isReal ? port.realKind : port.kind, where);
    if (isReal) {
      toFloats(value as TypedArray, this.#scratchValues());
      unwrap(() => this.#runner.writeReal(index));
      return;
    }
    const view = port.view(this.#memory);
    const { buffer, byteOffset } = value as TypedArray;
    // Values that were written in place need no copy.
    if (buffer !== view.buffer || byteOffset !== view.byteOffset)
      (view as Float32Array).set(value as Float32Array);
  }

  /** An output's values in WebAssembly's memory. */
  #values(index: number, decode: boolean): TypedArray {
    const port = this.#out[index] as Port;
    if (!decode || port.realKind === port.kind) return port.view(this.#memory);
    const scratch = this.#scratchValues();
    unwrap(() => this.#runner.readReal(index));
    return scratch.subarray(0, port.length);
  }

  #scratchValues(): Float32Array {
    if (this.#scratch?.buffer !== this.#memory.buffer)
      this.#scratch = unwrap(() => this.#runner.scratch());
    return this.#scratch as Float32Array;
  }

  #inputList(): string {
    const list = this.inputs.map(
      ({ name, dtype, shape }) => `${JSON.stringify(name)} (${dtype} [${shape.join(', ')}])`,
    );
    return `${list.length === 1 ? 'one input' : `${list.length} inputs`}: ${list.join(', ')}`;
  }
}

/** Index by tensor name, and by signature name where no tensor has that name. */
function namesOf(ports: readonly PortDescription[]): Map<string, number> {
  const names = new Map(ports.map((port, i) => [port.info.name, i]));
  ports.forEach((port, i) => {
    for (const alias of port.aliases) if (!names.has(alias)) names.set(alias, i);
  });
  return names;
}

function indexOf(
  names: ReadonlyMap<string, number>,
  name: string,
  where: string,
  what: string,
): number {
  const index = names.get(name);
  if (index === undefined)
    throw invalidInput(
      where,
      `the model has no ${what} ${describe(name)}; it has ${listed([...names.keys()], 'and')}`,
    );
  return index;
}

function toFloats(values: TypedArray, floats: Float32Array): void {
  if (kindOf(values) !== 'BigInt64Array') floats.set(values as Float32Array);
  else for (let i = 0; i < values.length; ++i) floats[i] = Number(values[i]);
}
