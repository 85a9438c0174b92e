// All judged versions in one table, and what there is to know of the chosen one.

import * as format from '../lib/format.ts';
import { THUMBNAIL } from '../state/frames.ts';
import { accuracyOf, chosenJudgement, type Judgement, judged, judgeSet } from '../state/judge.ts';
import { isClassifier, labels } from '../state/model.ts';
import { chosen, type Version, versions } from '../state/versions.ts';
import { texts } from '../texts/index.ts';
import { Bars, type Dot, Scatter } from './charts.tsx';
import { Picture } from './picture.tsx';
import { Verdict } from './verdict.tsx';

const words = texts.compare;

/** What was found out over all frames. */
export function Summary() {
  const reference = judged.value.get('reference');
  if (!reference) return null;
  const rows = versions.value.flatMap((version) => {
    const judgement = judged.value.get(version.id);
    return judgement ? [{ version, judgement }] : [];
  });
  return (
    <>
      <h3 id="summary-title">{words.summary}</h3>
      <section class="scroll" tabIndex={0} aria-labelledby="summary-title">
        <SummaryTable rows={rows} />
      </section>
      <p class="muted">
        {words.summaryCaption(reference.frames.length)}{' '}
        {judgeSet.value === 'collected' && words.sameFrames}
      </p>
      <div class="split charts">
        <Tradeoff rows={rows} />
        {chosen.value && <Layers version={chosen.value} />}
      </div>
      <Worst />
    </>
  );
}

export function Tradeoff({ rows }: { rows: Row[] }) {
  return (
    <figure>
      <figcaption>
        <h3>{words.scatter}</h3>
        <span class="muted">{words.scatterHint}</span>
      </figcaption>
      <Scatter
        label={words.scatter}
        across={{ name: words.latency, show: format.milliseconds }}
        up={{ name: words.shift, show: format.points }}
        dots={rows.flatMap(dotOf)}
      />
    </figure>
  );
}

export interface Row {
  version: Version;
  judgement: Judgement | undefined;
}

function dotOf({ version: { id, file }, judgement }: Row): Dot[] {
  if (!judgement) return [];
  const { speed, results } = judgement;
  const name = texts.versions[id];
  const shift = results.reduce((sum, result) => sum + result.shift, 0) / (results.length || 1);
  const figures = [
    format.bytes(file.size),
    format.milliseconds(speed.medianMs),
    `${words.shift} ${format.points(shift)}`,
  ];
  const text = `${name}: ${figures.join(', ')}`;
  return [{ id, name, x: speed.medianMs, y: shift, area: file.size, text }];
}

/** Of a version that was not judged only the size is known. */
export function SummaryTable({ rows }: { rows: Row[] }) {
  const { columns } = words;
  const [reference] = rows;
  const hasAccuracy = accuracyOf(reference?.judgement) !== undefined;
  const numbers = [
    columns.size,
    columns.smaller,
    columns.latency,
    columns.faster,
    columns.memory,
    columns.shift,
    columns.worst,
    ...(hasAccuracy ? [columns.accuracy] : []),
  ];
  return (
    <table class="summary" data-testid="summary">
      <thead>
        <tr>
          <th scope="col">{columns.version}</th>
          <th scope="col">{columns.verdict}</th>
          {numbers.map((name) => (
            <th key={name} scope="col" class="number-cell">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.version.id}>
            <th scope="row">
              <span class={`swatch ${row.version.id}`} aria-hidden="true" />{' '}
              {texts.versions[row.version.id]}
            </th>
            <td>
              {row === reference
                ? words.reference
                : row.judgement && <Verdict verdict={row.judgement.report.verdict} />}
            </td>
            {figuresOf(row, reference ?? row, hasAccuracy).map((figure, i) => (
              <td key={i} class="number-cell">
                {figure ?? '–'}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function figuresOf(row: Row, reference: Row, hasAccuracy: boolean): (string | undefined)[] {
  const { version, judgement } = row;
  const { speed, report } = judgement ?? {};
  const isReference = row === reference;
  const shift = isReference ? undefined : report?.probabilityShift;
  const times = speed && (reference.judgement?.speed.medianMs ?? 0) / speed.medianMs;
  const accuracy = accuracyOf(judgement);
  return [
    format.bytes(version.file.size),
    isReference ? undefined : format.percent(1 - version.file.size / reference.version.file.size),
    speed && format.milliseconds(speed.medianMs),
    isReference || !times ? undefined : `${times.toFixed(2)}×`,
    speed && format.bytes(speed.memory.weightsBytes + speed.memory.activationsBytes),
    shift && format.points(shift.meanPercent),
    shift && format.points(shift.maxPercent),
    ...(hasAccuracy ? [accuracy === undefined ? undefined : format.percent(accuracy)] : []),
  ];
}

export function Layers({ version: { id } }: { version: Version }) {
  const layers = judged.value.get(id)?.report.layers ?? [];
  if (layers.length === 0) return null;
  return (
    <figure>
      <figcaption>
        <h3>{words.layers(texts.versions[id])}</h3>
        <span class="muted">{words.layersHint}</span>
      </figcaption>
      <Bars
        label={words.layers(texts.versions[id])}
        rows={layers.map(({ op, type, sqnrDb }, i) => ({
          key: `${i}`,
          name: op || type,
          value: Number.isFinite(sqnrDb) ? sqnrDb : 100,
          kind: sqnrDb < 15 ? 'poor' : sqnrDb < 25 ? 'fair' : 'fine',
          text: Number.isFinite(sqnrDb) ? `${sqnrDb.toFixed(0)} dB` : 'exact',
        }))}
      />
    </figure>
  );
}

/** How many of the worst frames are shown. */
const SHOWN = 10;

function Worst() {
  const results = chosenJudgement.value?.results.slice(0, SHOWN) ?? [];
  if (results.length === 0) return null;
  const nameOf = (index: number): string => labels.value[index] ?? String(index);
  return (
    <>
      <div>
        <h3>{words.worst}</h3>
        <p class="muted">{isClassifier.value ? words.worstHint : words.worstHintOther}</p>
      </div>
      <ul class="worst">
        {results.map(({ frame, shift, reference, candidate }) => (
          <li key={frame.id}>
            <Picture picture={frame.thumbnail} size={THUMBNAIL} />
            <strong>{format.points(shift)}</strong>
            {isClassifier.value && reference !== undefined && candidate !== undefined && (
              <span class={reference === candidate ? 'muted' : 'bad'}>
                {words.answers(nameOf(reference), nameOf(candidate))}
              </span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
