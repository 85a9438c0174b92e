// Lays the graph out, away from the page: it takes a while for large models.

import { Graph, layout } from '@dagrejs/dagre';
import type { LayoutRequest, LayoutResult } from './graph.ts';

addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 18, ranksep: 26, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of data.nodes) graph.setNode(id, { width, height });
  for (const [from, to] of data.edges) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const result: LayoutResult = {
    width,
    height,
    nodes: graph.nodes().map((id: string) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return { id, x, y };
    }),
    edges: graph.edges().map((edge) => {
      const { points = [] } = graph.edge(edge) as { points?: { x: number; y: number }[] };
      return points.map(({ x, y }) => ({ x, y }));
    }),
  };
  postMessage(result);
});
