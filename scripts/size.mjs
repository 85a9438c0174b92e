// Prints in one line how large a WebAssembly module and its glue are, as they are and after gzip -9: node scripts/size.mjs FILE.mjs
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';

const glue = process.argv[2];
const sizes = [glue.replace(/\.mjs$/, '.wasm'), glue].map((file) => {
  const bytes = readFileSync(file);
  return { raw: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length };
});
const kilobytes = (key) => {
  const [wasm, js] = sizes.map((size) => size[key]);
  return `${((wasm + js) / 1000).toFixed(1)} KB (${(wasm / 1000).toFixed(1)} + ${(js / 1000).toFixed(1)})`;
};
console.log(
  `${basename(glue, '.mjs')}: .wasm + .mjs ${kilobytes('raw')}, gzipped ${kilobytes('gzipped')}`,
);
