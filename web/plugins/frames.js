// The bundled frames (examples/glyphs) as one file, so that the page fetches one rather than 164.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ID = 'virtual:frames';
const DEV_URL = '/@frames';
const glyphs = fileURLToPath(new URL('../../examples/glyphs/', import.meta.url));

/** Those to calibrate with, and 100 others. */
const SETS = { calibration: /\.jpg$/, test: /^._00\d\d\.jpg$/ };

/** All files one after the other, and of each set the names and sizes in that order. */
function pack() {
  const files = [];
  const sets = {};
  for (const [set, pattern] of Object.entries(SETS)) {
    const folder = join(glyphs, set);
    const names = readdirSync(folder).filter((name) => pattern.test(name));
    sets[set] = names.sort().map((name) => {
      const bytes = readFileSync(join(folder, name));
      files.push(bytes);
      return [name, bytes.length];
    });
  }
  return { bytes: Buffer.concat(files), sets };
}

export function bundledFrames() {
  let isBuild = false;
  return {
    name: 'bundled-frames',
    configResolved({ command }) {
      isBuild = command === 'build';
    },
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return;
      const { bytes, sets } = pack();
      const url = isBuild
        ? `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'asset', name: 'frames.bin', source: bytes })}`
        : JSON.stringify(DEV_URL);
      return `export const sets = ${JSON.stringify(sets)};\nexport const url = ${url};\n`;
    },
    configureServer({ middlewares }) {
      middlewares.use(DEV_URL, (_, response) => response.end(pack().bytes));
    },
  };
}
