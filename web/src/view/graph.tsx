// The operators of a model as a graph from top to bottom. The layout comes from the helper worker.

import { useSignal } from '@preact/signals';
import { curveBasis, line } from 'd3-shape';
import { useEffect, useMemo } from 'preact/hooks';
import type { ModelInfo } from 'webquant';
import { fitted, type Letters, widthOf } from '../lib/fit.ts';
import * as format from '../lib/format.ts';
import { type GraphNode, graphOf, type LayoutResult, NODE } from '../lib/graph.ts';
import { helper } from '../lib/helper.ts';
import { texts } from '../texts/index.ts';
import { useGrowing } from './growing.ts';

/** The model's operators from top to bottom, with what flows between them. */
export function GraphView({ info }: { info: ModelInfo }) {
  const graph = useMemo(() => graphOf(info), [info]);
  const layout = useSignal<{ info: ModelInfo; result: LayoutResult } | undefined>(undefined);
  useEffect(() => {
    let wanted = true;
    const nodes = graph.nodes.map(({ id }) => ({ id, ...NODE }));
    helper.layOut({ nodes, edges: graph.edges }).then((result) => {
      if (wanted) layout.value = { info, result };
    });
    return () => {
      wanted = false;
    };
  }, [graph, info, layout]);
  const drawn = useGrowing(graph.nodes.length, layout.value);
  const found = layout.value;
  if (found?.info !== info) return <p class="busy">{texts.model.layingOut}</p>;
  const { width, height, nodes, edges } = found.result;
  const places = new Map(nodes.map((node) => [node.id, node]));
  return (
    <section class="scroll graph" tabIndex={0} aria-label={texts.model.graph}>
      <svg
        role="img"
        aria-label={texts.model.graphLabel(info.ops.length)}
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
      >
        {edges.map((points, i) => (
          <path key={i} class="edge" d={curve(points) ?? ''} />
        ))}
        {graph.nodes.slice(0, drawn).map((node) => {
          const place = places.get(node.id);
          return place && <Node key={node.id} node={node} x={place.x} y={place.y} />;
        })}
      </svg>
    </section>
  );
}

/** As styles/steps.css draws them. */
const TITLE: Letters = { weight: 650, size: 12.5 };
const SUBTITLE: Letters = { weight: 400, size: 11 };
/** Where texts begin, how far from the right edge they end, and what lies between two of them. */
const SPACE = { left: 20, right: 10, between: 8 };

function Node({ node, x, y }: { node: GraphNode; x: number; y: number }) {
  const { width, height } = NODE;
  const macs = node.macs > 0 ? format.count(node.macs) : undefined;
  const room = width - SPACE.left - SPACE.right;
  const taken = macs ? SPACE.between + widthOf(macs, SUBTITLE) : 0;
  const family = node.kind === 'op' ? familyOf(node.title) : node.kind;
  return (
    <g
      class={`node ${family} ${node.supported ? '' : 'unsupported'}`}
      transform={`translate(${x - width / 2} ${y - height / 2})`}
    >
      <title>
        {[
          node.title,
          node.subtitle,
          node.macs ? texts.model.nodeMacs(format.count(node.macs)) : '',
        ].join(' ')}
      </title>
      <rect width={width} height={height} rx={9} />
      <rect class="stripe" width={5} height={height - 16} x={7} y={8} rx={2.5} />
      <text x={SPACE.left} y={19} class="node-title">
        {fitted(node.title, room, TITLE)}
      </text>
      <text x={SPACE.left} y={35} class="node-subtitle">
        {fitted(node.subtitle, room - taken, SUBTITLE)}
      </text>
      {/* In the second row: names of operators may be as long as the first one. */}
      {macs && (
        <text x={width - SPACE.right} y={35} class="node-macs">
          {macs}
        </text>
      )}
    </g>
  );
}

/** Which colour an operator has: what multiplies, what joins, what changes shape, and the rest. */
function familyOf(type: string): string {
  if (/CONV|FULLY|MATMUL/.test(type)) return 'weights';
  if (/^(ADD|SUB|MUL|DIV|CONCAT)/.test(type)) return 'join';
  if (/POOL|MEAN|RESHAPE|SQUEEZE|PAD|RESIZE|TRANSPOSE$/.test(type)) return 'shape';
  return 'other';
}

const curve = line<{ x: number; y: number }>(
  ({ x }) => x,
  ({ y }) => y,
).curve(curveBasis);
