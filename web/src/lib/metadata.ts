// What TFLite Metadata says of a model. Tables and fields are those of metadata_schema.fbs and schema.fbs.

import { unzipSync } from 'fflate';
import { ByteBuffer } from 'flatbuffers';
import type { Normalization } from './preprocessing.ts';

export interface Metadata {
  /** How the input was normalised. */
  normalization: Normalization | undefined;
  /** Names of the classes; empty without any. */
  labels: string[];
}

const FIELD = {
  model: { buffers: 4, metadata: 6 },
  buffer: { data: 0, offset: 1, size: 2 },
  metadata: { name: 0, buffer: 1 },
  modelMetadata: { subgraphs: 3 },
  subgraph: { inputs: 2, outputs: 3 },
  tensor: { processUnits: 4, files: 6 },
  processUnit: { type: 0, options: 1 },
  normalization: { mean: 0, std: 1 },
  file: { name: 0, type: 2 },
};
const NORMALIZATION = 1; // in the union ProcessUnitOptions
const AXIS_LABELS = 2; // in the enum AssociatedFileType

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
    const at = this.field(index);
    if (at === undefined) return new Uint8Array();
    const vector = at + this.bytes.readInt32(at);
    return this.bytes.bytes().slice(vector + 4, vector + 4 + this.bytes.readInt32(vector));
  }

  private vector<Element>(index: number, size: number, read: (at: number) => Element): Element[] {
    const at = this.field(index);
    if (at === undefined) return [];
    const vector = at + this.bytes.readInt32(at);
    const length = this.bytes.readInt32(vector);
    return Array.from({ length }, (_, i) => read(vector + 4 + i * size));
  }
}

/** Of a file that says nothing, or nothing that can be read, nothing is known. */
export function readMetadata(file: Uint8Array): Metadata {
  const nothing = { normalization: undefined, labels: [] };
  try {
    const subgraph = subgraphOf(file);
    return subgraph
      ? { normalization: normalizationOf(subgraph), labels: labelsOf(subgraph, file) }
      : nothing;
  } catch {
    return nothing;
  }
}

function subgraphOf(file: Uint8Array): Table | undefined {
  const model = Table.root(file);
  const entry = model
    .tables(FIELD.model.metadata)
    .find((candidate) => candidate.text(FIELD.metadata.name) === 'TFLITE_METADATA');
  if (!entry) return undefined;
  const buffer = model.tables(FIELD.model.buffers)[entry.uint32(FIELD.metadata.buffer)];
  if (!buffer) return undefined;
  return Table.root(buffer.uint8s(FIELD.buffer.data)).tables(FIELD.modelMetadata.subgraphs)[0];
}

function normalizationOf(subgraph: Table): Normalization | undefined {
  const [input] = subgraph.tables(FIELD.subgraph.inputs);
  const unit = input
    ?.tables(FIELD.tensor.processUnits)
    .find((candidate) => candidate.uint8(FIELD.processUnit.type) === NORMALIZATION);
  const options = unit?.table(FIELD.processUnit.options);
  const mean = options?.floats(FIELD.normalization.mean) ?? [];
  const std = options?.floats(FIELD.normalization.std) ?? [];
  return mean.length > 0 && mean.length === std.length ? { mean, std } : undefined;
}

/** A class a line, in a file that hangs as ZIP at the end of the model. */
function labelsOf(subgraph: Table, file: Uint8Array): string[] {
  const [output] = subgraph.tables(FIELD.subgraph.outputs);
  const entry = output
    ?.tables(FIELD.tensor.files)
    .find((candidate) => candidate.uint8(FIELD.file.type) === AXIS_LABELS);
  if (!entry) return [];
  const wanted = entry.text(FIELD.file.name);
  const text = unzipSync(archiveIn(file), { filter: ({ name }) => name === wanted })[wanted];
  return text ? new TextDecoder().decode(text).trim().split(/\r?\n/) : [];
}

/** The ZIP archive at the end of a file. Some count places in it from where it begins, others from where the file does. */
function archiveIn(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let end = file.length - 22; // the end record, where it has no comment
  while (end > 0 && view.getUint32(end, true) !== 0x06054b50) --end;
  const [size, offset] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  return file.subarray(end - size - offset);
}
