// The examples of the package's README and of its TSDoc run as they stand.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readCalibration } from '../../examples/glyphs/frames.mjs';
import { documentedTable, operatorTable } from '../../scripts/operators.mjs';
import { loadHere, model } from './support/glyphs.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const frames = readCalibration().slice(0, 8);

/** Runs code as a module inside the repository, where `webquant` is found; the globals are what it uses without saying where from. */
async function run(code, globals, results) {
  const folder = mkdtempSync(join(root, 'build/example-'));
  const file = join(folder, 'example.mjs');
  const parameters = Object.keys(globals).join(', ');
  writeFileSync(
    file,
    `${code.match(/^import .*$/gm)?.join('\n') ?? ''}
export default async ({ ${parameters} }) => {
${code.replace(/^import .*$/gm, '')}
return { ${results.join(', ')} };
};`,
  );
  try {
    const { default: example } = await import(pathToFileURL(file));
    return await example(globals);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const snippetsOf = (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```js\n(.*?)^```/gms)].map(([, block]) => block).join('\n');
};

test('the example of the main README', async () => {
  const results = ['report', 'verdict', 'probabilityShift', 'outputs', 'probabilities'];
  const found = await run(snippetsOf('README.md'), { model, frames }, results);
  assert.equal(found.report.mode, 'static-int8');
  assert.equal(found.probabilities.length, 36);
  assert.ok(found.verdict && found.probabilityShift && found.outputs.probabilities);
});

test("README's table of operators is the core's", async () => {
  const wq = await loadHere();
  assert.equal(documentedTable(), operatorTable(wq.operators()));
});

test('the snippets of the README', async () => {
  const code = snippetsOf('npm/README.md');
  const results = ['report', 'probabilities', 'verdict', 'probabilityShift', 'outputs'];
  const more = ['medianMs', 'memory', 'ops', 'judged'];
  const found = await run(code, { model, frames }, [...results, ...more]);
  assert.equal(found.report.mode, 'static-int8');
  assert.equal(found.probabilities.length, 36);
  assert.ok(['very-good', 'acceptable', 'reconsider'].includes(found.verdict));
  assert.ok(found.medianMs > 0 && found.memory.weightsBytes > 0 && found.ops.length > 0);
  assert.ok(found.probabilityShift && found.outputs.probabilities);
  assert.equal(found.judged.verdict, found.verdict);
});

test('the examples of the documentation comments', async () => {
  const wq = await loadHere();
  const samples = frames.map((frame) => wq.frameToTensor(frame, { width: 64, height: 64 }));
  let count = 0;
  const sources = readdirSync(join(root, 'npm/src'), { recursive: true }).filter((name) =>
    name.endsWith('.ts'),
  );
  for (const name of sources) {
    const text = readFileSync(join(root, 'npm/src', name), 'utf8');
    for (const [, block] of text.matchAll(/^ *\* ```ts\n(.*?)^ *\* ```/gms)) {
      // `using` is what the documentation shows, but not all engines under test have it yet.
      const code = block.replace(/^ *\* ?/gm, '').replace(/^using /gm, 'const ');
      await run(code, { wq, bytes: model, samples }, []);
      ++count;
    }
  }
  assert.ok(count >= 2);
});
