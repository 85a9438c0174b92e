// docs/adding-operators.md tells the truth: what it shows of its example is what the sources have, and nothing is missing.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url);
const textOf = (file) => readFileSync(new URL(file, root), 'utf8');
const page = textOf('docs/adding-operators.md');

/** The blocks of code: the file that the first line names, and the lines that it has to have. */
const places = [...page.matchAll(/^```cpp\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)].map(
  ([, file, code]) => ({
    file,
    lines: code.trim().split('\n'),
  }),
);

test('four places are shown', () => {
  assert.equal(places.length, 4);
});

for (const { file, lines } of places) {
  test(`${file} has the lines that the page shows`, () => {
    const present = new Set(
      textOf(file)
        .split('\n')
        .map((line) => line.trim()),
    );
    for (const line of lines) assert.ok(present.has(line), line);
  });
}

test('the example is named nowhere else in the core and its tests', () => {
  const [, operator] = /^OP\((\w+),/.exec(places[0].lines[0]);
  const named = new RegExp(
    `\\b(${operator}|(infer|lower|portable)_${operator.toLowerCase()}|oracle_${operator})\\b`,
  );
  const shown = new Map(places.map(({ file, lines }) => [file, lines]));
  const sources = ['src', 'bindings', 'tests/cpp'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true })
      .filter((name) => /\.(cpp|h|inc)$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  for (const file of sources) {
    const code = textOf(file).replace(/\/\/.*/g, '');
    const others = code
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => named.test(line) && !shown.get(file)?.includes(line));
    assert.deepEqual(others, [], file);
  }
});

test('the families are those that the page names, in every folder', () => {
  const [, list] = /The families are ([^.]+)\./.exec(page);
  const families = list.split(/, | and /);
  const filesOf = (folder) =>
    readdirSync(new URL(folder, root)).map((name) => name.replace(/\.(cpp|h)$/, ''));
  for (const folder of ['tests/cpp/oracle', 'tests/cpp/cases'])
    for (const family of families)
      assert.ok(filesOf(folder).includes(family), `${folder}/${family}`);
  // Of these each family has a file where it has something to say.
  const shared = {
    'src/ops/infer': ['require'],
    'src/ops/portable': ['elements', 'hard_swish', 'lookup', 'portable', 'selection'],
    'src/run/lower': ['lower', 'weights'],
  };
  for (const [folder, others] of Object.entries(shared))
    for (const name of filesOf(folder))
      assert.ok([...families, ...others].includes(name), `${folder}/${name}`);
});
