// The parts of scripts/setup and of packing that decide something, each with made-up surroundings: which version of a Debian package to take, which
// Emscripten to use, which variant a quick build makes, and when the package is not whole.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs `use` with a new folder, which is gone afterwards. */
function inNewFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'webquant-setup-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a shell script after the parts of scripts/setup; $DEPS is `folder`, and its subfolder `bin` comes first on PATH. */
function shell(folder, script, env = {}) {
  const parts = ['versions', 'timing', 'common', 'pick', 'apt', 'emscripten', 'xnnpack'];
  const sources = parts.map((part) => `. "$ROOT/scripts/setup.d/${part}.sh"`).join('\n');
  const { PATH, HOME } = process.env;
  return spawnSync('bash', ['-c', `set -euo pipefail\n${sources}\n${script}`], {
    encoding: 'utf8',
    env: { PATH: `${join(folder, 'bin')}:${PATH}`, HOME, ROOT: root, DEPS: folder, ...env },
  });
}

/** A program in `folder`. */
function program(folder, name, body) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** Lines as `apt-cache madison` prints them. */
const listOf = (name, kind, versions) =>
  versions
    .map((it) => ` ${name} | ${it} | http://mirror.example/debian suite/main ${kind}\n`)
    .join('');

/** available_version on a made-up archive: the version, or what it died of. */
function available(wanted, list, kind = 'Sources') {
  return inNewFolder((folder) => {
    writeFileSync(join(folder, 'list'), list);
    const script = `archive_list() { cat "$DEPS/list"; }
      available_version thing '${wanted}' ${kind} 'WEBQUANT_THING_DIR'; echo "takes $AVAILABLE"`;
    const { status, stdout, stderr } = shell(folder, script);
    return { status, stderr, said: stdout.trim().split('\n') };
  });
}

test('the pinned version of a package is taken where the archive has it, silently', () => {
  const list = listOf('thing', 'Sources', ['1.2+dfsg-5', '1.2+dfsg-4', '1.3-1']);
  assert.deepEqual(available('1.2+dfsg-4', list).said, ['takes 1.2+dfsg-4']);
});

test('otherwise the newest of the same upstream version is taken, and said', () => {
  const cases = [
    ['1.2-4', ['1.2-4+deb13u1', '1.3-1', '1.2-10', '1.2-9'], '1.2-10'],
    ['1.2-4', ['1.2-3'], '1.2-3'],
    ['1.2+dfsg-4', ['1.2+dfsg2-1', '1.2.1-1'], '1.2+dfsg2-1'],
    [
      '0.0~git20241108.4ea82e5-2',
      ['0.0~git20250101.1234567-1', '0.0~git20241108.4ea82e5-2.1'],
      '0.0~git20241108.4ea82e5-2.1',
    ],
    ['1:2.0-1', ['1:2.0-2', '2.1-1'], '1:2.0-2'],
  ];
  for (const [wanted, offered, expected] of cases) {
    const { said } = available(wanted, listOf('thing', 'Sources', offered));
    assert.equal(said.at(-1), `takes ${expected}`, `${wanted} of ${offered}`);
    assert.match(said[0], /^setup: \w+ no longer has thing /);
    assert.ok(said[0].includes(wanted) && said[0].includes(expected), said[0]);
  }
});

test('another upstream version is never taken: the message names what is offered and what to set', () => {
  const { status, stderr } = available('1.2-4', listOf('thing', 'Sources', ['1.20-1', '1.3-1']));
  assert.equal(status, 1);
  for (const part of ['1.20-1, 1.3-1', '1.2-4', 'WEBQUANT_THING_DIR', 'versions.sh'])
    assert.ok(stderr.includes(part), stderr);
  assert.match(available('1.2-4', '').stderr, /no version of thing/);
});

test('sources and binary packages of one name are kept apart', () => {
  const list = listOf('thing', 'amd64 Packages', ['1.2-5']) + listOf('thing', 'Sources', ['1.2-6']);
  assert.equal(available('1.2-4', list, 'Packages').said.at(-1), 'takes 1.2-5');
  assert.equal(available('1.2-4', list, 'Sources').said.at(-1), 'takes 1.2-6');
});

/** get_emscripten where the programs that download anything fail, with an emcc of `version` in the folder `where`. */
function emscripten(version, { where = 'sdk', env = () => ({}) } = {}) {
  return inNewFolder((folder) => {
    for (const name of ['apt-get', 'apt-cache', 'dpkg-deb', 'npm'])
      program(join(folder, 'bin'), name, `echo "${name} was started" >&2; exit 9`);
    program(
      join(folder, where),
      'emcc',
      `echo 'emcc (Emscripten gcc/clang-like replacement) ${version} (abc)'`,
    );
    const { status, stdout, stderr } = shell(
      folder,
      'find_emscripten; get_emscripten; echo "$EMSCRIPTEN_DIR"',
      env(folder),
    );
    return { status, stdout: stdout.replaceAll(folder, ''), stderr };
  });
}

test('EMSCRIPTEN, or an emcc on PATH, is used and nothing is downloaded', () => {
  for (const version of ['3.1.69', '3.1.100', '4.0.1'])
    assert.deepEqual(
      emscripten(version, { env: (folder) => ({ EMSCRIPTEN: join(folder, 'sdk') }) }),
      { status: 0, stdout: '/sdk\n', stderr: '' },
    );
  const onPath = emscripten('3.1.69', {
    env: (folder) => ({
      DEPS: join(folder, 'deps'),
      PATH: `${folder}/bin:${folder}/sdk:${process.env.PATH}`,
    }),
  });
  assert.deepEqual(onPath, { status: 0, stdout: '/sdk\n', stderr: '' });
});

test('an EMSCRIPTEN that will not do is refused with both versions, and one without emcc with its folder', () => {
  const old = emscripten('3.1.68', { env: (folder) => ({ EMSCRIPTEN: join(folder, 'sdk') }) });
  assert.equal(old.status, 1);
  assert.match(old.stderr, /3\.1\.68; 3\.1\.69 or newer is needed/);
  const empty = emscripten('3.1.69', { env: (folder) => ({ EMSCRIPTEN: join(folder, 'none') }) });
  assert.equal(empty.status, 1);
  assert.match(empty.stderr, /EMSCRIPTEN is .*none, where there is no emcc/);
});

test('an emcc on PATH that is too old is left alone: the private copy is fetched', () => {
  const { status, stderr } = emscripten('3.1.6', {
    env: (folder) => ({
      DEPS: join(folder, 'deps'),
      PATH: `${folder}/bin:${folder}/sdk:${process.env.PATH}`,
    }),
  });
  assert.equal(status, 1);
  assert.match(stderr, /installation of binaryen failed: npm was started/);
});

test('the variant of a quick build is the one that the package chooses', async () => {
  const { stdout } = spawnSync(process.execPath, ['scripts/variant.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  const { load } = await import('webquant');
  assert.equal(stdout.trim(), (await load()).info.variant);
});

test('scripts refuse what they do not know, and say what they know', () => {
  const run = (script, ...argv) => spawnSync(script, argv, { cwd: root, encoding: 'utf8' });
  const setup = run('scripts/setup', 'mmx');
  assert.equal(setup.status, 1);
  assert.match(setup.stderr, /"mmx" is unknown; it may be --package, simd, relaxed-simd/);
  const build = run('scripts/build', '--fast');
  assert.equal(build.status, 1);
  assert.match(build.stderr, /--fast is unknown; it may be --quick, --all/);
});

test('a package that lacks a variant, or was built of another version, is not packed', () => {
  inNewFolder((folder) => {
    for (const file of ['package.json', 'prepack.mjs', 'variants.mjs'])
      cpSync(join(root, 'npm', file), join(folder, file));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    mkdirSync(join(folder, 'dist/wasm'), { recursive: true });
    mkdirSync(join(folder, 'dist/api'));
    const write = (file, text = '') => writeFileSync(join(folder, 'dist', file), text);
    write('index.js');
    write('api/version.js', `export const version = '${version}';\n`);
    for (const variant of ['simd', 'relaxed-simd'])
      for (const kind of ['mjs', 'wasm']) write(`wasm/webquant-${variant}.${kind}`);
    const pack = () => spawnSync('npm', ['pack', '--dry-run'], { cwd: folder, encoding: 'utf8' });
    const whole = pack();
    assert.equal(whole.status, 0, whole.stderr);
    write('api/version.js', "export const version = '0.0.0';\n");
    const stale = pack();
    assert.notEqual(stale.status, 0);
    assert.match(stale.stderr, /dist is of version 0\.0\.0/);
    rmSync(join(folder, 'dist/wasm/webquant-relaxed-simd.wasm'));
    const partial = pack();
    assert.notEqual(partial.status, 0);
    assert.match(
      partial.stderr,
      /dist lacks wasm\/webquant-relaxed-simd\.wasm: run `npm run build`/,
    );
  });
});
