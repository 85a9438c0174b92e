// The page's charts, on D3's scales and shapes. What they show is in tables beside them too.

import { scaleLinear, scaleSqrt } from 'd3-scale';

interface Axis {
  name: string;
  show: (value: number) => string;
}

export interface Dot {
  id: string;
  name: string;
  x: number;
  y: number;
  /** The dot's area grows with this. */
  area: number;
  /** All of it in words. */
  text: string;
}

const WIDTH = 440;
const HEIGHT = 354;
// On the left there is room for "100.00 %" in the larger letters of narrow screens.
const EDGE = { left: 92, right: 48, top: 40, bottom: 60 };
const LARGEST_RADIUS = 24;
const TICKS = 4;
/** Where 0 is: dots there have room above the scale. */
const FLOOR = HEIGHT - EDGE.bottom - LARGEST_RADIUS;

/** Both axes begin at zero. */
export function Scatter({
  label,
  across,
  up,
  dots,
}: {
  label: string;
  across: Axis;
  up: Axis;
  dots: Dot[];
}) {
  const largest = (key: 'x' | 'y' | 'area'): number => Math.max(...dots.map((dot) => dot[key]));
  const x = scaleLinear([0, largest('x') || 1], [EDGE.left, WIDTH - EDGE.right]).nice(TICKS);
  const y = scaleLinear([0, largest('y') || 1], [FLOOR, EDGE.top]).nice(TICKS);
  const radius = scaleSqrt([0, largest('area')], [0, LARGEST_RADIUS]);
  const placed = dots.map((dot) => ({ ...dot, cx: x(dot.x), cy: y(dot.y), r: radius(dot.area) }));
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`${label}. ${dots.map(({ text }) => text).join('; ')}`}
    >
      {y.ticks(TICKS).map((tick) => (
        <g key={tick}>
          <line class="grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(tick)} y2={y(tick)} />
          <text x={EDGE.left - 8} y={y(tick) + 4} class="tick end">
            {up.show(tick)}
          </text>
        </g>
      ))}
      {x.ticks(TICKS).map((tick) => (
        <text key={tick} x={x(tick)} y={HEIGHT - EDGE.bottom + 20} class="tick middle">
          {across.show(tick)}
        </text>
      ))}
      <text x={0} y={14} class="axis">
        {up.name}
      </text>
      <text x={WIDTH - EDGE.right} y={HEIGHT - 8} class="axis end">
        {across.name}
      </text>
      {placed.map(({ id, cx, cy, r, text }) => (
        <circle key={id} class={`dot ${id}`} {...{ cx, cy, r }}>
          <title>{text}</title>
        </circle>
      ))}
      {placed.map((dot, i) => (
        <text key={dot.id} x={dot.cx} y={dot.cy + nameOffset(placed, i)} class="name middle">
          {dot.name}
        </text>
      ))}
    </svg>
  );
}

/** Names are above their dots, or below where another name is there already. */
function nameOffset(dots: { cx: number; cy: number; r: number }[], index: number): number {
  const { cx, cy, r } = dots[index] as (typeof dots)[number];
  const isTaken = dots
    .slice(0, index)
    .some((other) => Math.abs(other.cy - cy) < 40 && Math.abs(other.cx - cx) < 95);
  return isTaken ? r + 15 : -r - 6;
}

interface BarRow {
  key: string;
  name: string;
  value: number;
  kind: string;
  text: string;
}

/** Bars from the left, one a row. */
export function Bars({ label, rows }: { label: string; rows: BarRow[] }) {
  const width = scaleLinear([0, Math.max(...rows.map(({ value }) => value), 1)], [0, 100]);
  return (
    <section class="scroll bars" tabIndex={0} aria-label={label}>
      <table>
        <tbody>
          {rows.map(({ key, name, value, kind, text }) => (
            <tr key={key}>
              <th scope="row" title={name}>
                {name}
              </th>
              <td class="bar-cell">
                <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                  <rect class={kind} width={Math.max(1, width(value))} height={10} rx={1} />
                </svg>
              </td>
              <td class="number-cell">{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
