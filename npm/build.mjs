// Builds the package into dist/: compiles the TypeScript, and copies the WebAssembly modules, which CMake has built. With names of variants it copies
// these only; such a package is for trying things out, and prepack.mjs refuses to pack it.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOf, VARIANTS } from './variants.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const variants = process.argv.length > 2 ? process.argv.slice(2) : VARIANTS;

/** Version of this package and revision of XNNPACK, each from the one place where it is kept. */
function writeVersions() {
  const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  const sources = readFileSync(join(root, 'scripts/setup.d/versions.sh'), 'utf8');
  const revision = /\bxnnpack=\S*\.([0-9a-f]{7,})-/.exec(sources)?.[1];
  if (!revision)
    throw new Error('scripts/setup.d/versions.sh does not say which XNNPACK it fetches');
  writeFileSync(
    join(here, 'src/api/version.ts'),
    `// Written by build.mjs.\nexport const version = '${version}';\nexport const xnnpack = '${revision}';\n`,
  );
}

function compile() {
  const require = createRequire(import.meta.url);
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', here], { stdio: 'inherit' });
}

function copyModules() {
  mkdirSync(join(here, 'dist/wasm'), { recursive: true });
  for (const variant of variants) {
    for (const name of filesOf(variant)) {
      const from = join(root, 'build', variant, name);
      if (!existsSync(from))
        throw new Error(`${from} is missing: build the preset ${variant} first`);
      copyFileSync(from, join(here, 'dist/wasm', name));
    }
  }
}

rmSync(join(here, 'dist'), { recursive: true, force: true });
writeVersions();
compile();
copyModules();
if (existsSync(join(root, 'LICENSE'))) copyFileSync(join(root, 'LICENSE'), join(here, 'LICENSE'));
