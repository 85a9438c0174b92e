// Run by `npm pack` and `npm publish`: refuses a dist/ that is not the whole package, such as one that `npm run quickstart` has made, which holds
// only the variant that one Node needs.

import { existsSync, readFileSync } from 'node:fs';
import { filesOf, VARIANTS } from './variants.mjs';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const dist = new URL('dist/', import.meta.url);
const wanted = [
  'index.js',
  'api/version.js',
  ...VARIANTS.flatMap(filesOf).map((file) => `wasm/${file}`),
];
const missing = wanted.filter((file) => !existsSync(new URL(file, dist)));
if (missing.length > 0) {
  console.error(
    `webquant: dist lacks ${missing.join(', ')}: run \`npm run build\` in the repository's root, which builds every variant`,
  );
  process.exit(1);
}
const built = /version = '([^']*)'/.exec(
  readFileSync(new URL('api/version.js', dist), 'utf8'),
)?.[1];
if (built !== version) {
  console.error(
    `webquant: dist is of version ${built}, package.json says ${version}: run \`npm run build\` in the repository's root`,
  );
  process.exit(1);
}
