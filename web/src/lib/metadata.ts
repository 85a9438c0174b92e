// The normalisation that TFLite Metadata of a model asks for. Tables and fields are those of metadata_schema.fbs and schema.fbs.

import { ByteBuffer } from 'flatbuffers';
import type { Normalization } from './preprocessing.ts';

const FIELD = {
  model: { buffers: 4, metadata: 6 },
  buffer: { data: 0, offset: 1, size: 2 },
  metadata: { name: 0, buffer: 1 },
  modelMetadata: { subgraphs: 4 },
  subgraph: { inputs: 2 },
  tensor: { processUnits: 5 },
  processUnit: { type: 0, options: 1 },
  normalization: { mean: 0, std: 1 },
};
const NORMALIZATION = 1; // in the union ProcessUnitOptions

/** A table of a FlatBuffer that no code was generated for. */
class Table {
  private constructor(
    private readonly bytes: ByteBuffer,
    private readonly position: number,
  ) {}

  static root(bytes: Uint8Array): Table {
    const buffer = new ByteBuffer(bytes);
    return new Table(buffer, buffer.readInt32(0));
  }

  private field(index: number): number | undefined {
    const offset = this.bytes.__offset(this.position, 4 + 2 * index);
    return offset === 0 ? undefined : this.position + offset;
  }

  uint8(index: number): number {
    const at = this.field(index);
    return at === undefined ? 0 : this.bytes.readUint8(at);
  }

  uint32(index: number): number {
    const at = this.field(index);
    return at === undefined ? 0 : this.bytes.readUint32(at);
  }

  text(index: number): string {
    const at = this.field(index);
    return at === undefined ? '' : String(this.bytes.__string(at));
  }

  table(index: number): Table | undefined {
    const at = this.field(index);
    return at === undefined ? undefined : new Table(this.bytes, this.bytes.__indirect(at));
  }

  tables(index: number): Table[] {
    return this.vector(index, 4, (at) => new Table(this.bytes, this.bytes.__indirect(at)));
  }

  floats(index: number): number[] {
    return this.vector(index, 4, (at) => this.bytes.readFloat32(at));
  }

  uint8s(index: number): Uint8Array {
    return Uint8Array.from(this.vector(index, 1, (at) => this.bytes.readUint8(at)));
  }

  private vector<Element>(index: number, size: number, read: (at: number) => Element): Element[] {
    const at = this.field(index);
    if (at === undefined) return [];
    const vector = at + this.bytes.readInt32(at);
    const length = this.bytes.readInt32(vector);
    return Array.from({ length }, (_, i) => read(vector + 4 + i * size));
  }
}

/** Undefined where the file says nothing, or nothing that can be read. The file was inspected before, so it is a sound FlatBuffer. */
export function readNormalization(file: Uint8Array): Normalization | undefined {
  try {
    const model = Table.root(file);
    const entry = model
      .tables(FIELD.model.metadata)
      .find((candidate) => candidate.text(FIELD.metadata.name) === 'TFLITE_METADATA');
    if (!entry) return undefined;
    const buffer = model.tables(FIELD.model.buffers)[entry.uint32(FIELD.metadata.buffer)];
    if (!buffer) return undefined;
    const [subgraph] = Table.root(buffer.uint8s(FIELD.buffer.data)).tables(
      FIELD.modelMetadata.subgraphs,
    );
    const [input] = subgraph?.tables(FIELD.subgraph.inputs) ?? [];
    const unit = input
      ?.tables(FIELD.tensor.processUnits)
      .find((candidate) => candidate.uint8(FIELD.processUnit.type) === NORMALIZATION);
    const options = unit?.table(FIELD.processUnit.options);
    const mean = options?.floats(FIELD.normalization.mean) ?? [];
    const std = options?.floats(FIELD.normalization.std) ?? [];
    return mean.length > 0 && mean.length === std.length ? { mean, std } : undefined;
  } catch {
    return undefined;
  }
}
