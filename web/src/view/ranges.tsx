import type { CalibrationStats } from 'webquant';
import * as format from '../format.ts';
import { stats } from '../state/calibration.ts';
import { model } from '../state/model.ts';
import { texts } from '../texts.ts';

type TensorStats = CalibrationStats['tensors'][string] & {
  /** counts[i] values lie in [first + i, first + i + 1) * 2^exponent; only with some methods. */
  histogram?: { exponent: number; first: number; counts: number[] };
};

/** The range of every layer, in the order of the model; with a histogram where the method keeps one. */
export function Ranges() {
  const seen = stats.value;
  const ops = model.value?.info.ops;
  if (!seen || !ops) return null;
  const order = new Map(
    [
      ...(model.value?.info.inputs ?? []).map(({ name }) => name),
      ...ops.flatMap(({ outputs }) => outputs),
    ].map((name, i) => [name, i]),
  );
  const rows = Object.entries(seen.tensors).sort(
    ([a], [b]) => (order.get(a) ?? 0) - (order.get(b) ?? 0),
  );
  const largest = Math.max(...rows.flatMap(([, { min, max }]) => [Math.abs(min), Math.abs(max)]));
  const words = texts.calibrate;
  return (
    <details class="fold" open>
      <summary>{words.ranges}</summary>
      <p class="muted">{words.rangesHint}</p>
      <section class="scroll ranges" tabIndex={0} aria-label={words.ranges}>
        <table>
          <tbody>
            {rows.map(([name, tensor]) => (
              <tr key={name}>
                <th scope="row" title={name}>
                  {name}
                </th>
                <td class="number-cell">{format.decimal(tensor.min)}</td>
                <td class="bar-cell">
                  <RangeBar tensor={tensor} largest={largest} />
                </td>
                <td class="number-cell">{format.decimal(tensor.max)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

const WIDTH = 400;
const HEIGHT = 26;

/** All rows have the same scale of roots, so that narrow ranges can be seen beside wide ones. */
function RangeBar({ tensor, largest }: { tensor: TensorStats; largest: number }) {
  const at = (value: number): number =>
    (WIDTH / 2) * (1 + Math.sign(value) * Math.sqrt(Math.abs(value) / (largest || 1)));
  const [left, right] = [at(tensor.min), at(tensor.max)];
  return (
    <svg
      class="range"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <line class="zero" x1={WIDTH / 2} x2={WIDTH / 2} y1={0} y2={HEIGHT} />
      <rect
        class="span"
        x={left}
        width={Math.max(2, right - left)}
        y={5}
        height={HEIGHT - 10}
        rx={3}
      />
      {tensor.histogram && <path class="histogram" d={outline(tensor.histogram, at)} />}
    </svg>
  );
}

/** At most this many columns are drawn of a histogram. */
const COLUMNS = 120;

function outline(
  { exponent, first, counts }: NonNullable<TensorStats['histogram']>,
  at: (value: number) => number,
): string {
  const together = Math.ceil(counts.length / COLUMNS);
  const columns: number[] = [];
  for (let i = 0; i < counts.length; i += together)
    columns.push(counts.slice(i, i + together).reduce((sum, count) => sum + count, 0));
  const highest = Math.log1p(Math.max(...columns));
  const place = (column: number): number => at((first + column * together) * 2 ** exponent);
  let path = `M${place(0)} ${HEIGHT}`;
  columns.forEach((count, i) => {
    const y = HEIGHT * (1 - Math.log1p(count) / (highest || 1));
    path += `L${place(i)} ${y}L${place(i + 1)} ${y}`;
  });
  return `${path}L${place(columns.length)} ${HEIGHT}Z`;
}
