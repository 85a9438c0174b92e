// README, CONTRIBUTING and the pages of docs name only what exists: files, functions and types of the sources, commands.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (file) => readFileSync(join(root, file), 'utf8');

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'npm/README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));

/** The page without its blocks of code, which other tests run. */
const proseOf = (page) =>
  textOf(page)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/^( {4}.*\n)+/gm, '');

const sources = [
  'src',
  'bindings',
  'npm/src',
  'web/src',
  'tests',
  'scripts',
  'examples',
  'cmake',
].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) =>
      /\.(h|cpp|inc|json|ts|tsx|mjs|js|cmake|py|fbs)$|^(setup|build|test|lint)$/.test(name),
    )
    .map((name) => textOf(`${folder}/${name}`)),
);
const everything = sources.join('\n');

/** What a page has between backquotes, once each. */
const quotedIn = (page) =>
  new Set([...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, quoted]) => quoted));

const FILE = /^(src|bindings|npm|web|tests|examples|scripts|docs|cmake)\/[\w./-]+$/;
const NAME = /^[A-Za-z_][\w.]*(\(\))?$/;

/** What is wrong with a quoted word; nothing for what is no name, such as an example of a message. */
function faultOf(quoted) {
  if (FILE.test(quoted))
    return existsSync(join(root, quoted)) ? undefined : 'no such file or folder';
  if (!NAME.test(quoted)) return undefined;
  const last = quoted.replace('()', '').split('.').at(-1);
  return new RegExp(`\\b${last}\\b`).test(everything) ? undefined : 'no such name in the sources';
}

test('a name that does not exist is found', () => {
  assert.equal(faultOf('src/model/model.h'), undefined);
  assert.equal(faultOf('createSession'), undefined);
  assert.match(faultOf('src/model/modell.h'), /file/);
  assert.match(faultOf(['create', 'Sesion'].join('')), /name/);
});

for (const page of pages) {
  test(`${page} names what exists`, () => {
    const faults = [...quotedIn(page)].flatMap((quoted) => {
      const fault = faultOf(quoted);
      return fault ? [`${quoted}: ${fault}`] : [];
    });
    assert.deepEqual(faults, []);
  });

  test(`${page} links to what exists`, () => {
    for (const [, target] of proseOf(page).matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g))
      assert.ok(existsSync(join(root, dirname(page), target)), target);
  });

  test(`${page} shows commands that exist`, () => {
    const { scripts } = JSON.parse(textOf('package.json'));
    for (const [, command] of textOf(page).matchAll(/\bnpm run ([\w:-]+)/g))
      assert.ok(command in scripts, command);
  });
}
