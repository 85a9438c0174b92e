import * as format from '../format.ts';
import { accuracyOf, chosenJudgement, type Judgement, judged, judgeSet } from '../state/judge.ts';
import { isClassifier, labels } from '../state/model.ts';
import { type Version, versions } from '../state/versions.ts';
import { texts } from '../texts.ts';
import { Bars, type Dot, Scatter } from './charts.tsx';
import { Thumbnail } from './thumbnail.tsx';
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
        <SummaryTable rows={rows} reference={reference} />
      </section>
      <p class="muted">
        {words.summaryCaption(reference.frames.length)}{' '}
        {judgeSet.value === 'collected' && words.sameFrames}
      </p>
      <div class="split charts">
        <figure>
          <figcaption>
            <h3>{words.scatter}</h3>
            <span class="muted">{words.scatterHint}</span>
          </figcaption>
          <Scatter
            label={words.scatter}
            across={{ name: words.latency, show: format.milliseconds }}
            up={{ name: words.shift, show: format.points }}
            dots={rows.map(dotOf)}
          />
        </figure>
        <Layers />
      </div>
      <Worst />
    </>
  );
}

interface Row {
  version: Version;
  judgement: Judgement;
}

function dotOf({ version: { id, file }, judgement: { speed, results } }: Row): Dot {
  const name = texts.versions[id];
  const shift = results.reduce((sum, result) => sum + result.shift, 0) / (results.length || 1);
  const figures = [
    format.bytes(file.size),
    format.milliseconds(speed.medianMs),
    `${words.shift} ${format.points(shift)}`,
  ];
  const text = `${name}: ${figures.join(', ')}`;
  return { id, name, x: speed.medianMs, y: shift, area: file.size, text };
}

function SummaryTable({ rows, reference }: { rows: Row[]; reference: Judgement }) {
  const { columns } = words;
  const hasAccuracy = accuracyOf(reference) !== undefined;
  return (
    <table class="summary" data-testid="summary">
      <thead>
        <tr>
          <th scope="col">{columns.version}</th>
          {[
            columns.size,
            columns.smaller,
            columns.latency,
            columns.faster,
            columns.memory,
            columns.shift,
            columns.worst,
          ].map((name) => (
            <th key={name} scope="col" class="number-cell">
              {name}
            </th>
          ))}
          {hasAccuracy && (
            <th scope="col" class="number-cell">
              {columns.accuracy}
            </th>
          )}
          <th scope="col">{columns.verdict}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ version: { id, file }, judgement }) => {
          const { report, speed } = judgement;
          const isReference = id === 'reference';
          const shift = isReference ? undefined : report.probabilityShift;
          const { weightsBytes, activationsBytes } = speed.memory;
          return (
            <tr key={id}>
              <th scope="row">
                <span class={`swatch ${id}`} aria-hidden="true" /> {texts.versions[id]}
              </th>
              <td class="number-cell">{format.bytes(file.size)}</td>
              <td class="number-cell">
                {isReference ? '–' : format.percent(1 - file.size / reference.file.size)}
              </td>
              <td class="number-cell">{format.milliseconds(speed.medianMs)}</td>
              <td class="number-cell">
                {isReference ? '–' : `${(reference.speed.medianMs / speed.medianMs).toFixed(2)}×`}
              </td>
              <td class="number-cell">{format.bytes(weightsBytes + activationsBytes)}</td>
              <td class="number-cell">{shift ? format.points(shift.meanPercent) : '–'}</td>
              <td class="number-cell">{shift ? format.points(shift.maxPercent) : '–'}</td>
              {hasAccuracy && (
                <td class="number-cell">{format.percent(accuracyOf(judgement) ?? 0)}</td>
              )}
              <td>{isReference ? words.reference : <Verdict verdict={report.verdict} />}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Layers() {
  const layers = chosenJudgement.value?.report.layers ?? [];
  if (layers.length === 0) return null;
  return (
    <figure>
      <figcaption>
        <h3>{words.layers}</h3>
        <span class="muted">{words.layersHint}</span>
      </figcaption>
      <Bars
        label={words.layers}
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
      <h3>{words.worst}</h3>
      <p class="muted">{isClassifier.value ? words.worstHint : words.worstHintOther}</p>
      <ul class="worst">
        {results.map(({ frame, shift, reference, candidate }) => (
          <li key={frame.id}>
            <Thumbnail picture={frame.thumbnail} />
            <strong>{format.points(shift)}</strong>
            {isClassifier.value && (
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
