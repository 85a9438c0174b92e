// What the user takes away: the report as data, and the lines of code that do the same.

import type { ActivationRange, CalibrationMethod, CalibrationStats } from 'webquant';
import { frameOptions } from '../lib/preprocessing.ts';
import { texts } from '../texts/index.ts';
import { ranges, stats } from './calibration.ts';
import { accuracyOf, type JudgeSet, judged, judgeFrames, judgeSet } from './judge.ts';
import { usable } from './model.ts';
import { choices, chosen, versions } from './versions.ts';

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
  calibration:
    | { frames: number; method: CalibrationMethod; ranges: Record<string, ActivationRange> }
    | undefined;
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
    calibration: stats.value && {
      frames: stats.value.samples,
      method: stats.value.method,
      ranges: ranges.value?.[choices.value.activations] ?? {},
    },
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
// model: the bytes of ${name}
const { bytes, mode, tried } = wq.quantizeToTarget(model, { samples, maxShiftPercent: ${maxShiftPercent} });
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
