// The range of each layer that calibration found, as a table with a histogram in each row.

import type { ComponentType } from 'preact';
import type { ActivationRange, CalibrationStats, ModelInfo } from 'webquant';
import * as format from '../lib/format.ts';
import { ranges, stats } from '../state/calibration.ts';
import { model } from '../state/model.ts';
import { choices } from '../state/versions.ts';
import { texts } from '../texts/index.ts';
import { AT_ONCE, useGrowing } from './growing.ts';
import { RangePlot, type RangePlotProps, shareBeyond, valueScale } from './range-plot.tsx';
import { useVisible } from './visible.ts';

const words = texts.calibrate;

/** What every layer's values were, and the range that is chosen for it. */
export function Ranges() {
  const info = model.value?.info;
  const chosen = ranges.value?.[choices.value.activations];
  if (!stats.value || !chosen || !info) return null;
  return (
    <details class="fold" open>
      <summary>{words.ranges}</summary>
      <p class="muted">{words.rangesHint}</p>
      <section class="scroll ranges" tabIndex={0} aria-label={words.ranges}>
        <RangeTable
          info={info}
          stats={stats.value}
          ranges={chosen}
          Plot={VisiblePlot}
          atOnce={AT_ONCE}
        />
      </section>
    </details>
  );
}

/** Only what can be seen is drawn, so that many layers do not hold the page up. */
function VisiblePlot(props: RangePlotProps) {
  const { ref, isVisible } = useVisible<HTMLDivElement>();
  return (
    <div class="range-holder" ref={ref}>
      {isVisible.value && <RangePlot {...props} />}
    </div>
  );
}

interface RangeTableProps {
  info: ModelInfo;
  stats: CalibrationStats;
  ranges: Record<string, ActivationRange>;
  Plot?: ComponentType<RangePlotProps>;
  /** How many rows are drawn in one go. */
  atOnce?: number;
}

/** In the order of the model. */
export function RangeTable({
  info,
  stats: { tensors },
  ranges,
  Plot = RangePlot,
  atOnce = Number.POSITIVE_INFINITY,
}: RangeTableProps) {
  const order = [
    ...info.inputs.map(({ name }) => name),
    ...info.ops.flatMap(({ outputs }) => outputs),
  ];
  const rows = [...new Set(order)].flatMap((name) => {
    const [seen, chosen] = [tensors[name], ranges[name]];
    return seen && chosen ? [{ name, seen, chosen, beyond: shareBeyond(seen, chosen) }] : [];
  });
  const drawn = useGrowing(rows.length, info, atOnce);
  const x = valueScale(rows.map(({ seen }) => seen));
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{words.columns.layer}</th>
          <th scope="col" class="number-cell">
            {words.columns.from}
          </th>
          <th scope="col" class="bar-cell">
            <span class="visually-hidden">{words.columns.picture}</span>
          </th>
          <th scope="col" class="number-cell">
            {words.columns.to}
          </th>
          <th scope="col" class="number-cell">
            {words.columns.beyond}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, drawn).map(({ name, seen, chosen, beyond }) => (
          <tr key={name}>
            <th scope="row" title={name}>
              {name}
            </th>
            <td class="number-cell">{format.decimal(chosen.min)}</td>
            <td class="bar-cell">
              <Plot seen={seen} chosen={chosen} x={x} />
            </td>
            <td class="number-cell">{format.decimal(chosen.max)}</td>
            <td class="number-cell">{shareText(beyond)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const shareText = (share: number): string => (share === 0 ? '–' : format.percent(share, 3));
