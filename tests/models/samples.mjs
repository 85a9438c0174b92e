// Access to the folder of real models and labelled samples that lies beside the repository (see its models/MANIFEST.md).

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import jpeg from 'jpeg-js';
import { PHOTO_SIZE, SETS } from './table.mjs';

const shared = process.env.WEBQUANT_SHARED ?? join(import.meta.dirname, '..', '..', '..', 'shared');

/** For node:test's `skip`: false where the models are there, otherwise why their tests do not run. */
export const skip = existsSync(join(shared, 'models', 'MANIFEST.md'))
  ? false
  : 'no folder of real models: ../shared is absent (WEBQUANT_SHARED names another place)';

/** How many samples calibrate where it matters: as many as the bundled model's, and a user's first try. */
export const CALIBRATION_SAMPLES = 64;

const read = (...path) => readFileSync(join(shared, ...path));

/** The bytes of a gzipped pack as items of `size` elements. */
function unpack(gz, type, size) {
  const bytes = new Uint8Array(gunzipSync(gz));
  const values = new type(bytes.buffer);
  return Array.from({ length: values.length / size }, (_, i) =>
    values.subarray(i * size, (i + 1) * size),
  );
}

/** Rows of a comma-separated table without quoting, as objects. */
export function readCsv(text) {
  const [header, ...rows] = text.trim().split(/\r?\n/);
  const columns = header.split(',');
  return rows.map((row) => {
    const cells = row.split(',');
    return Object.fromEntries(columns.map((column, i) => [column, cells[i]]));
  });
}

/** A JPEG file's pixels: RGB bytes, row by row. */
export function decodeJpeg(bytes) {
  const { data, width, height } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false });
  return { data, width, height };
}

/** One set's items as { raw, label, row }; `raw` is decoded anew at each access, so that no photo stays in memory. */
function readSet(name) {
  const { pack, type, size, folder, label = 'label' } = SETS[name];
  const rows = readCsv(read('labels', `${name}.csv`).toString());
  const items = pack && unpack(read('samples', pack), type, size);
  if (items && items.length !== rows.length)
    throw new Error(`${name}: ${items.length} items, ${rows.length} labels`);
  return rows.map((row, i) => ({
    row,
    label: Number(row[label]),
    get raw() {
      return items ? items[i] : decodeJpeg(read('samples', folder, row.file)).data;
    },
  }));
}

/** A photo's nearest pixels in another size. */
function resize(photo, height, width) {
  const out = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; ++y) {
    const row = Math.floor((y * PHOTO_SIZE) / height);
    for (let x = 0; x < width; ++x) {
      const from = 3 * (row * PHOTO_SIZE + Math.floor((x * PHOTO_SIZE) / width));
      out.set(photo.subarray(from, from + 3), 3 * (y * width + x));
    }
  }
  return out;
}

/**
 * A model's samples, preprocessed: { all, calibration, evaluation }, lists of { input: Float32Array, label, row }.
 * A set with a split column says itself what calibrates; others without a partner set calibrate on their first half.
 */
export function loadSamples(model) {
  const prepare = (item) => ({
    label: item.label,
    row: item.row,
    get input() {
      const pixels = model.pixels ? resize(item.raw, ...model.pixels) : item.raw;
      return Float32Array.from(pixels, model.preprocess);
    },
  });
  const all = readSet(model.set).map(prepare);
  if (model.calibration) {
    return { all, calibration: readSet(model.calibration).map(prepare), evaluation: all };
  }
  if ('split' in all[0].row) {
    const calibration = all.filter(({ row }) => row.split === 'calib');
    return { all, calibration, evaluation: all.filter(({ row }) => row.split !== 'calib') };
  }
  const half = all.length / 2;
  return { all, calibration: all.slice(0, half), evaluation: all.slice(half) };
}

/** The samples' inputs, each made when it is asked for. */
export function* inputsOf(samples) {
  for (const { input } of samples) yield input;
}

/** Reference outputs of the float model: { inputs, outputs }, or undefined where none were recorded. */
export function loadGolden(model) {
  if (!model.golden) return undefined;
  const values = new Float32Array(new Uint8Array(read('golden', model.golden)).buffer);
  const count = Number(/first(\d+)/.exec(model.golden)[1]);
  const size = values.length / count;
  const outputs = Array.from({ length: count }, (_, i) =>
    values.subarray(i * size, (i + 1) * size),
  );
  const inputs = model.goldenInputs
    ? unpack(read('golden', 'inputs', model.goldenInputs), Uint8Array, SETS[model.set].size)
    : readSet(model.set)
        .slice(0, count)
        .map(({ raw }) => raw);
  return { inputs: inputs.map((raw) => Float32Array.from(raw, model.preprocess)), outputs };
}

export const readModelFile = (file) => new Uint8Array(read('models', file));

/** All model files that are there, in alphabetical order. */
export const modelFiles = () =>
  readdirSync(join(shared, 'models'))
    .filter((file) => file.endsWith('.tflite'))
    .sort();
