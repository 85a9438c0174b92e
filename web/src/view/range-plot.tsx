// What a layer's values were, and which of them INT8 will cover.

import { type ScalePower, scaleSqrt, scaleSymlog } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import type { ActivationRange, Histogram, TensorStats } from 'webquant';

const WIDTH = 400;
const HEIGHT = 28;
/** At most this many columns are drawn of a histogram. */
const COLUMNS = 80;

export type ValueScale = ScalePower<number, number>;

/** One for all layers: of roots, so that narrow ranges can be seen beside wide ones. */
export function valueScale(all: readonly TensorStats[]): ValueScale {
  const largest = Math.max(...all.flatMap(({ min, max }) => [Math.abs(min), Math.abs(max)]));
  return scaleSqrt([-(largest || 1), largest || 1], [2, WIDTH - 2]);
}

export interface RangePlotProps {
  seen: TensorStats;
  chosen: ActivationRange;
  x: ValueScale;
}

/** The values as a histogram, or as a bar where there is none, and the chosen range between two lines; what it cuts off is pale. */
export function RangePlot({ seen, chosen, x }: RangePlotProps) {
  const [left, right] = [x(chosen.min), x(chosen.max)];
  return (
    <svg
      class="range"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <line class="zero" x1={x(0)} x2={x(0)} y1={0} y2={HEIGHT} />
      {seen.histogram ? (
        <Columns histogram={seen.histogram} chosen={chosen} x={x} />
      ) : (
        <rect
          class="within"
          x={left}
          width={Math.max(1, right - left)}
          y={7}
          height={HEIGHT - 14}
        />
      )}
      <line class="limit" x1={left} x2={left} y1={0} y2={HEIGHT} />
      <line class="limit" x1={right} x2={right} y1={0} y2={HEIGHT} />
    </svg>
  );
}

interface Column {
  from: number;
  to: number;
  count: number;
}

function Columns({
  histogram,
  chosen,
  x,
}: {
  histogram: Histogram;
  chosen: ActivationRange;
  x: ValueScale;
}) {
  const columns = columnsOf(histogram);
  const y = scaleSymlog([0, Math.max(...columns.map(({ count }) => count))], [HEIGHT, 1]);
  const isWithin = ({ from, to }: Column): boolean => to > chosen.min && from <= chosen.max;
  const outline = (some: Column[]): string =>
    area<{ at: number; count: number }>()
      .x(({ at }) => x(at))
      .y0(HEIGHT)
      .y1(({ count }) => y(count))
      .curve(curveStepAfter)(
      some.flatMap(({ from, to, count }) => [
        { at: from, count },
        { at: to, count: 0 },
      ]),
    ) ?? '';
  return (
    <>
      <path class="beyond" d={outline(columns.filter((column) => !isWithin(column)))} />
      <path class="within" d={outline(columns.filter(isWithin))} />
    </>
  );
}

function columnsOf({ exponent, first, counts }: Histogram): Column[] {
  const together = Math.ceil(counts.length / COLUMNS);
  const columns: Column[] = [];
  for (let i = 0; i < counts.length; i += together) {
    const count = counts.slice(i, i + together).reduce((sum, part) => sum + part, 0);
    const at = (bin: number): number => (first + bin) * 2 ** exponent;
    if (count > 0) columns.push({ from: at(i), to: at(i + together), count });
  }
  return columns;
}

/** The share of the values that the range cuts off, to within a bin. Without a histogram it is all that was seen. */
export function shareBeyond({ histogram }: TensorStats, chosen: ActivationRange): number {
  if (!histogram) return 0;
  const { exponent, first, counts } = histogram;
  let [all, beyond] = [0, 0];
  counts.forEach((count, i) => {
    const from = (first + i) * 2 ** exponent;
    all += count;
    if (from + 2 ** exponent <= chosen.min || from > chosen.max) beyond += count;
  });
  return beyond / (all || 1);
}
