// What the user takes away: the report as data and as a page, and the lines of code that do the same.

import type { CalibrationStats } from 'webquant';
import * as format from '../format.ts';
import { frameOptions } from '../lib/preprocessing.ts';
import { texts } from '../texts.ts';
import { stats } from './calibration.ts';
import { accuracyOf, type JudgeSet, judged, judgeFrames, judgeSet } from './judge.ts';
import { usable } from './model.ts';
import { chosen, versions } from './versions.ts';

type Target = NonNullable<typeof usable.value>;

export interface ReportRow {
  version: string;
  sizeBytes: number;
  medianMs?: number;
  memoryBytes?: number;
  meanShiftPercent?: number;
  maxShiftPercent?: number;
  accuracy?: number;
  verdict?: string;
  layers?: { op: string; type: string; sqnrDb: number; cosine: number }[];
}

export interface Report {
  created: string;
  browser: string;
  model: { name: string; sizeBytes: number; parameters: number; macs: number };
  preprocessing: object;
  calibration: { frames: number; method: string } | undefined;
  /** Whether the frames were those of the calibration. */
  judgedOn: { frames: number; set: JudgeSet } | undefined;
  versions: ReportRow[];
}

export function makeReport(): Report | undefined {
  const target = usable.value;
  if (!target) return undefined;
  const { name, info, input, how } = target;
  return {
    created: new Date().toISOString(),
    browser: navigator.userAgent,
    model: { name, sizeBytes: info.sizeBytes, parameters: info.parameters, macs: info.macs },
    preprocessing: frameOptions(input, how),
    calibration: stats.value && { frames: stats.value.samples, method: stats.value.method },
    judgedOn:
      judged.value.size > 0 ? { frames: judgeFrames.value.length, set: judgeSet.value } : undefined,
    versions: versions.value.map(({ id, file }) => {
      const row: ReportRow = { version: texts.versions[id], sizeBytes: file.size };
      const judgement = judged.value.get(id);
      if (!judgement) return row;
      const { report, speed } = judgement;
      const accuracy = accuracyOf(judgement);
      return {
        ...row,
        medianMs: speed.medianMs,
        memoryBytes: speed.memory.weightsBytes + speed.memory.activationsBytes,
        ...(report.probabilityShift && {
          meanShiftPercent: report.probabilityShift.meanPercent,
          maxShiftPercent: report.probabilityShift.maxPercent,
        }),
        ...(accuracy !== undefined && { accuracy }),
        ...(id !== 'reference' && { verdict: report.verdict, layers: report.layers ?? [] }),
      };
    }),
  };
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1c2b;background:#fff}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{padding:.4rem .6rem;border-bottom:1px solid #d9dbe7;text-align:right}
th:first-child,td:first-child{text-align:left}h1,h2{line-height:1.2}small{color:#5b5d73}
@media(prefers-color-scheme:dark){body{background:#12131c;color:#eceefa}th,td{border-color:#34364a}small{color:#a3a6c0}}`;

/** One page that needs nothing else. */
export function toHtml(report: Report): string {
  const { columns } = texts.compare;
  const head = [
    columns.version,
    columns.size,
    columns.latency,
    columns.memory,
    columns.shift,
    columns.worst,
    columns.accuracy,
    columns.verdict,
  ];
  const optional = (value: number | undefined, show: (value: number) => string): string =>
    value === undefined ? '–' : show(value);
  const rows = report.versions.map((row) => [
    row.version,
    format.bytes(row.sizeBytes),
    format.milliseconds(row.medianMs),
    optional(row.memoryBytes, format.bytes),
    optional(row.meanShiftPercent, format.points),
    optional(row.maxShiftPercent, format.points),
    optional(row.accuracy, format.percent),
    row.verdict ?? '–',
  ]);
  const table = (header: string[], body: string[][]): string =>
    `<table><thead><tr>${header.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('')}</tr></thead><tbody>${body
      .map((cells) => `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`)
      .join('')}</tbody></table>`;
  const layers = report.versions.flatMap(({ version, layers: found = [] }) =>
    found.length === 0
      ? []
      : [
          `<h2>${escapeHtml(texts.compare.layers)}: ${escapeHtml(version)}</h2>${table(
            ['Operator', 'Type', 'SQNR in dB', 'Cosine'],
            found.map(({ op, type, sqnrDb, cosine }) => [
              op,
              type,
              sqnrDb.toFixed(1),
              cosine.toFixed(5),
            ]),
          )}`,
        ],
  );
  const { model, calibration, judgedOn } = report;
  const facts = [
    format.bytes(model.sizeBytes),
    `${format.count(model.parameters)} parameters`,
    `${format.count(model.macs)} multiply-adds a frame`,
  ];
  if (calibration) facts.push(`calibrated on ${calibration.frames} frames (${calibration.method})`);
  if (judgedOn)
    facts.push(
      `judged on ${judgedOn.set === 'collected' ? 'the same' : `${judgedOn.frames} other`} frames`,
    );
  const described = `${facts.join(', ')}.`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(model.name)}: webquant report</title><style>${STYLE}</style>
<h1>${escapeHtml(model.name)}</h1>
<p>${escapeHtml(described)}</p>
${table(head, rows)}
${layers.join('\n')}
<h2>${escapeHtml(texts.take.code)}</h2><pre>${escapeHtml(codeFor() ?? '')}</pre>
<p><small>${escapeHtml(report.created)}, ${escapeHtml(report.browser)}</small></p></html>`;
}

/** The lines that do the same with the npm package, for the version that is chosen. */
export function codeFor(): string | undefined {
  const target = usable.value;
  const version = chosen.value;
  if (!target || !version?.options) return undefined;
  if (version.search) return codeForSearch(target, version.search.maxShiftPercent);
  const { stats: used, ...options } = version.options;
  const lines = ["import { load } from 'webquant';", '', 'const wq = await load();'];
  if (used) {
    const input = literal(frameOptions(target.input, target.how));
    lines.push(
      `const input = ${input};`,
      `const calibrator = wq.createCalibrator(model${methodOf(used)}); // the bytes of ${target.name}`,
      'for (const frame of frames) calibrator.observe(wq.frameToTensor(frame, input));',
    );
  }
  const fields = Object.entries(options).map(([key, value]) => `${key}: ${literal(value)}`);
  if (used) fields.push('stats: calibrator.stats()');
  lines.push(`const { bytes, report } = wq.quantize(model, { ${fields.join(', ')} });`);
  return `${lines.join('\n')}\n`;
}

const codeForSearch = ({ input, how, name }: Target, maxShiftPercent: number): string =>
  `import { load } from 'webquant';

const wq = await load();
const input = ${literal(frameOptions(input, how))};
const samples = frames.map((frame) => wq.frameToTensor(frame, input));
const { bytes, mode, tried } = wq.quantizeToTarget(model, { samples, maxShiftPercent: ${maxShiftPercent} }); // model: the bytes of ${name}
`;

const methodOf = ({ method }: CalibrationStats): string =>
  method === 'minmax' ? '' : `, { method: ${literal(method)} }`;

/** A value as JavaScript writes it in this code's style. */
function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replace(/['\\]/g, '\\$&')}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(([key, entry]) => `${key}: ${literal(entry)}`);
  return `{ ${fields.join(', ')} }`;
}
