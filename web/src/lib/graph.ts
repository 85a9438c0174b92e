// A model as nodes and edges, and what the helper worker is asked and answers when it lays them out.

import type { ModelInfo } from 'webquant';

export interface GraphNode {
  id: string;
  kind: 'input' | 'op' | 'output';
  title: string;
  subtitle: string;
  /** How much it computes, 0 for what does not multiply. */
  macs: number;
  supported: boolean;
}

export interface LayoutRequest {
  nodes: { id: string; width: number; height: number }[];
  edges: [string, string][];
}

export interface LayoutResult {
  width: number;
  height: number;
  nodes: { id: string; x: number; y: number }[];
  edges: { x: number; y: number }[][];
}

export const NODE = { width: 212, height: 46 };

const PORT = { macs: 0, supported: true };

/** Inputs, operators and outputs, joined where a tensor goes from one to another. */
export function graphOf(info: ModelInfo): { nodes: GraphNode[]; edges: [string, string][] } {
  const nodes: GraphNode[] = [];
  const edges: [string, string][] = [];
  const producers = new Map<string, string>();
  for (const { name, shape } of info.inputs) {
    const id = `in:${name}`;
    nodes.push({ ...PORT, id, kind: 'input', title: name, subtitle: shape.join(' × ') });
    producers.set(name, id);
  }
  for (const { index, type, name, inputs, outputs, supported, macs } of info.ops) {
    const id = `op:${index}`;
    nodes.push({ id, kind: 'op', title: type, subtitle: name, macs, supported });
    for (const tensor of new Set(inputs)) {
      const from = producers.get(tensor);
      if (from) edges.push([from, id]);
    }
    for (const tensor of outputs) producers.set(tensor, id);
  }
  for (const { name, shape } of info.outputs) {
    const id = `out:${name}`;
    nodes.push({ ...PORT, id, kind: 'output', title: name, subtitle: shape.join(' × ') });
    const from = producers.get(name);
    if (from) edges.push([from, id]);
  }
  return { nodes, edges };
}
