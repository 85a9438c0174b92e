// What the page has done away from itself: what depends on the size of a file or a graph takes a while.

import { Graph, layout } from '@dagrejs/dagre';
import { expose } from 'comlink';
import type { LayoutRequest, LayoutResult } from './graph.ts';
import { type Metadata, readMetadata } from './metadata.ts';

const helper = {
  /** A copy of a file, which stays when the file is changed or removed, and what the model in it says about itself. */
  async open(file: Blob): Promise<{ file: Blob; metadata: Metadata }> {
    const bytes = await file.arrayBuffer();
    return { file: new Blob([bytes]), metadata: readMetadata(new Uint8Array(bytes)) };
  },

  layOut({ nodes, edges }: LayoutRequest): LayoutResult {
    const graph = new Graph();
    graph.setGraph({ rankdir: 'TB', nodesep: 18, ranksep: 26, marginx: 8, marginy: 8 });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
    for (const [from, to] of edges) graph.setEdge(from, to);
    layout(graph);
    const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
    return {
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
  },
};

export type Helper = typeof helper;
expose(helper);
