// README's table of operators, printed from the core's own. With --write: puts it in place.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const BEGIN = '<!-- operators: made by `npm run operators` -->\n';
const END = '<!-- end of operators -->';

const KERNELS = {
  '': 'none: known when a model is loaded',
  xnnpack: 'XNNPACK',
  portable: 'portable',
  'xnnpack,portable': 'XNNPACK, or portable where XNNPACK has none for the types or options',
};
const mark = (flag) => (flag ? 'yes' : '–');

/** Markdown: operators that have everything in common share a row. */
export function operatorTable(operators) {
  const rows = new Map();
  for (const { type, runs, dynamicInt8, staticInt8 } of operators) {
    const row = [KERNELS[runs], mark(dynamicInt8), mark(staticInt8)].join(' | ');
    rows.set(row, [...(rows.get(row) ?? []), type]);
  }
  return [
    '| operators | kernels | INT8 weights in `dynamic-int8` | integers in `static-int8` |',
    '|---|---|---|---|',
    ...[...rows].map(([row, types]) => `| ${types.join(', ')} | ${row} |`),
    '',
  ].join('\n');
}

/** What README has between its marks. */
export function documentedTable() {
  const text = readFileSync(README, 'utf8');
  return text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { load } = await import('../npm/dist/index.js');
  const wq = await load();
  const table = operatorTable(wq.operators());
  if (process.argv.includes('--write')) {
    const text = readFileSync(README, 'utf8');
    const [before, after] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
    writeFileSync(README, text.slice(0, before) + table + text.slice(after));
  } else {
    process.stdout.write(table);
  }
}
