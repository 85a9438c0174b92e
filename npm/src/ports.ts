import { describe, kindOf, listed } from './arguments.js';
import { type PortDescription, type Runner, unwrap } from './core.js';
import { type ArrayClass, arrayClass, elementCount } from './dtype.js';
import { invalidInput, WebQuantError } from './errors.js';
import type { Inputs, Outputs, TensorInfo, TypedArray } from './types.js';

/**
 * Which inputs take real values (a Float32Array) and have them converted to their own type: none, those that are not float32 already
 * but stand for real values, or all, so that the same values can go to models of different types.
 */
export type RealInputs = 'none' | 'quantized' | 'all';

/** The outputs and inputs whose integers stand for real values. */
const isEncoded = ({ dtype }: TensorInfo): boolean =>
  dtype === 'int8' || dtype === 'uint8' || dtype === 'float16';

interface Port {
  readonly info: TensorInfo;
  readonly address: number;
  readonly length: number;
  readonly array: ArrayClass;
  readonly kind: string;
  view: TypedArray;
}

/**
 * The inputs and outputs of a runner as typed arrays over WebAssembly's memory. The arrays are made once, and again whenever the memory
 * has grown, so that a run allocates nothing but its results.
 */
export class Ports {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #runner: Runner;
  readonly #memory: WebAssembly.Memory;
  readonly #in: readonly Port[];
  readonly #out: readonly Port[];
  readonly #inputNames: ReadonlyMap<string, number>;
  readonly #outputNames: ReadonlyMap<string, number>;
  readonly #written: Uint8Array;
  #scratch: Float32Array = new Float32Array();
  #buffer: ArrayBufferLike;

  constructor(runner: Runner, memory: WebAssembly.Memory) {
    const { inputs, outputs } = unwrap(() => runner.ports());
    this.#runner = runner;
    this.#memory = memory;
    this.#buffer = memory.buffer;
    this.#in = inputs.map((port) => toPort(port, memory.buffer));
    this.#out = outputs.map((port) => toPort(port, memory.buffer));
    this.#written = new Uint8Array(inputs.length);
    this.#inputNames = namesOf(inputs);
    this.#outputNames = namesOf(outputs);
    this.inputs = inputs.map((port) => port.info);
    this.outputs = outputs.map((port) => port.info);
  }

  /** The place of an input in WebAssembly's memory. */
  input(name: string): TypedArray {
    this.#refresh();
    return (this.#in[this.#indexOf(this.#inputNames, name, 'name', 'input')] as Port).view;
  }

  /** Writes all inputs. `where` is what errors call them. */
  write(inputs: Inputs, real: RealInputs, where = 'inputs'): void {
    this.#refresh();
    if (ArrayBuffer.isView(inputs)) {
      if (this.#in.length !== 1)
        throw invalidInput(
          where,
          `one array given, but the model's inputs are ${this.#inputList()}: pass a record or an array of them`,
        );
      this.#write(0, inputs as TypedArray, real, where);
    } else if (Array.isArray(inputs)) {
      if (inputs.length !== this.#in.length)
        throw invalidInput(
          where,
          `${inputs.length} arrays given, but the model's inputs are ${this.#inputList()}`,
        );
      for (let i = 0; i < inputs.length; ++i) this.#write(i, inputs[i], real, where);
    } else if (typeof inputs === 'object' && inputs !== null) {
      this.#writeRecord(inputs as Record<string, TypedArray>, real, where);
    } else {
      throw invalidInput(
        where,
        `expected a typed array, a record or an array of typed arrays for ${this.#inputList()}, got ${describe(inputs)}`,
      );
    }
  }

  /** Checks what the outputs are to be written to. */
  checkInto(into: Outputs, decode: boolean): void {
    if (typeof into !== 'object' || into === null || ArrayBuffer.isView(into))
      throw invalidInput(
        'options.into',
        `expected a record of typed arrays by output name, got ${describe(into)}`,
      );
    for (const name in into) {
      const index = this.#indexOf(this.#outputNames, name, 'options.into', 'output');
      const port = this.#out[index] as Port;
      const kind = decode && isEncoded(port.info) ? 'Float32Array' : port.kind;
      if (kindOf(into[name]) !== kind || into[name]?.length !== port.length)
        refuse('options.into', into[name], port, kind);
    }
  }

  /** Copies the outputs into `into`, which was checked, or into new arrays. With `decode` as real values. */
  read(into: Outputs | undefined, decode: boolean): Outputs {
    this.#refresh();
    if (into) {
      for (const name in into) {
        const index = this.#outputNames.get(name) as number;
        (into[name] as Float32Array).set(this.#values(index, decode) as Float32Array);
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
      const index = this.#indexOf(this.#inputNames, name, where, 'input');
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
        `missing; the model's inputs are ${this.#inputList()}`,
      );
  }

  #write(index: number, value: unknown, real: RealInputs, where: string): void {
    const port = this.#in[index] as Port;
    const given = kindOf(value);
    const encoded = isEncoded(port.info);
    if (real === 'none' || (real === 'quantized' && !(encoded && given === 'Float32Array'))) {
      if (given !== port.kind || (value as TypedArray).length !== port.length)
        refuse(where, value, port, port.kind, real === 'none' && encoded);
      const { buffer, byteOffset } = value as TypedArray;
      // Values that were written in place need no copy.
      if (buffer !== this.#buffer || byteOffset !== port.address)
        (port.view as Float32Array).set(value as Float32Array);
      return;
    }
    const kind = encoded ? 'Float32Array' : port.kind;
    if (given !== kind || (value as TypedArray).length !== port.length)
      refuse(where, value, port, kind);
    const scratch = this.#scratchValues();
    if (given === 'BigInt64Array') {
      const integers = value as BigInt64Array;
      for (let i = 0; i < integers.length; ++i) scratch[i] = Number(integers[i]);
    } else {
      scratch.set(value as Float32Array);
    }
    unwrap(() => this.#runner.writeReal(index));
  }

  /** An output's values in WebAssembly's memory. */
  #values(index: number, decode: boolean): TypedArray {
    const port = this.#out[index] as Port;
    if (!decode || !isEncoded(port.info)) return port.view;
    const scratch = this.#scratchValues();
    unwrap(() => this.#runner.readReal(index));
    return scratch.subarray(0, port.length);
  }

  #scratchValues(): Float32Array {
    if (this.#scratch.length === 0) {
      this.#scratch = unwrap(() => this.#runner.scratch());
      this.#refresh();
    }
    return this.#scratch;
  }

  #refresh(): void {
    const { buffer } = this.#memory;
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    for (const port of this.#in) port.view = new port.array(buffer, port.address, port.length);
    for (const port of this.#out) port.view = new port.array(buffer, port.address, port.length);
    if (this.#scratch.buffer !== buffer) this.#scratch = new Float32Array();
  }

  #indexOf(names: ReadonlyMap<string, number>, name: string, where: string, what: string): number {
    const index = names.get(name);
    if (index === undefined)
      throw invalidInput(
        where,
        `the model has no ${what} ${describe(name)}; it has ${listed([...names.keys()])}`,
      );
    return index;
  }

  #inputList(): string {
    return this.inputs
      .map(({ name, dtype, shape }) => `${JSON.stringify(name)} (${dtype} [${shape.join(', ')}])`)
      .join(', ');
  }
}

function toPort({ info, address, byteLength }: PortDescription, buffer: ArrayBufferLike): Port {
  const array = arrayClass(info);
  const length = elementCount(info.shape);
  const view = new array(buffer, address, length);
  if (view.byteLength !== byteLength)
    throw new WebQuantError(
      'internal',
      info.name,
      `${byteLength} bytes for a shape of [${info.shape.join(', ')}]`,
    );
  return { info, address, length, array, kind: kindOf(view), view };
}

/** Index by tensor name, and by signature name where no tensor has that name. */
function namesOf(ports: readonly PortDescription[]): Map<string, number> {
  const names = new Map(ports.map((port, i) => [port.info.name, i]));
  ports.forEach((port, i) => {
    for (const alias of port.aliases) if (!names.has(alias)) names.set(alias, i);
  });
  return names;
}

/** Says what is wrong with an array for a port. */
function refuse(
  where: string,
  value: unknown,
  { info, length }: Port,
  kind: string,
  quantizable = false,
): never {
  const given = kindOf(value);
  const got = given === kind ? `one of ${(value as TypedArray).length}` : describe(value);
  const hint =
    quantizable && given === 'Float32Array'
      ? '; with { quantizeIo: true } real values are quantized'
      : '';
  throw invalidInput(
    `${where}[${JSON.stringify(info.name)}]`,
    `expected a ${kind} of ${length} values (${info.dtype} [${info.shape.join(', ')}]), got ${got}${hint}`,
  );
}
