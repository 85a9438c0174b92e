// The page's few charts, as plain SVG. What they show is in tables beside them too.

interface Axis {
  name: string;
  show: (value: number) => string;
}

export interface Dot {
  id: string;
  name: string;
  x: number;
  y: number;
  /** How large the dot is: its area grows with this. */
  weight: number;
}

const WIDTH = 440;
const HEIGHT = 300;
const EDGE = { left: 62, right: 40, top: 18, bottom: 46 };

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
  const [xTicks, yTicks] = [ticks(dots.map(({ x }) => x)), ticks(dots.map(({ y }) => y))];
  const scale = (list: number[], from: number, to: number) => (value: number) =>
    from + ((to - from) * value) / (list.at(-1) || 1);
  const x = scale(xTicks, EDGE.left, WIDTH - EDGE.right);
  const y = scale(yTicks, HEIGHT - EDGE.bottom, EDGE.top);
  const described = dots.map((dot) => `${dot.name}: ${across.show(dot.x)}, ${up.show(dot.y)}`);
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`${label}. ${described.join('; ')}`}
    >
      {yTicks.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(tick)} y2={y(tick)} />
          <text x={EDGE.left - 8} y={y(tick) + 4} class="tick end">
            {up.show(tick)}
          </text>
        </g>
      ))}
      {xTicks.map((tick) => (
        <text key={tick} x={x(tick)} y={HEIGHT - EDGE.bottom + 18} class="tick middle">
          {across.show(tick)}
        </text>
      ))}
      <text x={(EDGE.left + WIDTH - EDGE.right) / 2} y={HEIGHT - 8} class="axis middle">
        {across.name}
      </text>
      {dots.map((dot, i) => (
        <g key={dot.id} class={`dot ${dot.id}`}>
          <circle cx={x(dot.x)} cy={y(dot.y)} r={radiusOf(dot)} />
          <text x={x(dot.x)} y={y(dot.y) + labelOffset(dots, i, x, y)} class="middle">
            {dot.name}
          </text>
        </g>
      ))}
    </svg>
  );
}

const radiusOf = ({ weight }: Dot): number => 7 + Math.min(12, 6 * Math.sqrt(weight));

type Place = (value: number) => number;

/** Names are above their dots, or below where another name is there already. */
function labelOffset(dots: Dot[], index: number, x: Place, y: Place): number {
  const own = dots[index] as Dot;
  const isTaken = dots
    .slice(0, index)
    .some((other) => Math.abs(y(other.y) - y(own.y)) < 18 && Math.abs(x(other.x) - x(own.x)) < 95);
  return isTaken ? radiusOf(own) + 15 : -radiusOf(own) - 6;
}

/** Round values from 0 to above the largest. */
function ticks(values: number[]): number[] {
  const largest = Math.max(...values, 1e-9);
  const power = 10 ** Math.floor(Math.log10(largest / 4));
  const step = [1, 2, 2.5, 5, 10]
    .map((factor) => factor * power)
    .find((size) => size * 4 >= largest);
  const size = step ?? 10 * power;
  const count = Math.ceil((largest * 1.05) / size);
  return Array.from({ length: count + 1 }, (_, i) => i * size);
}

interface BarRow {
  key: string;
  name: string;
  value: number;
  text: string;
}

/** Bars from the left, one a row. */
export function Bars({ label, rows }: { label: string; rows: BarRow[] }) {
  const largest = Math.max(...rows.map(({ value }) => value), 1);
  return (
    <section class="scroll bars" tabIndex={0} aria-label={label}>
      <table>
        <tbody>
          {rows.map(({ key, name, value, text }) => (
            <tr key={key}>
              <th scope="row" title={name}>
                {name}
              </th>
              <td class="bar-cell">
                <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                  <rect
                    class={value < 15 ? 'poor' : value < 25 ? 'fair' : 'fine'}
                    width={Math.max(1, (100 * value) / largest)}
                    height={10}
                    rx={1}
                  />
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
