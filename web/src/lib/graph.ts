import type { ModelInfo } from 'webquant';

export interface GraphNode {
  id: string;
  kind: 'input' | 'op' | 'output';
  title: string;
  subtitle: string;
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

export const NODE = { width: 190, height: 44 };

/** Inputs, operators and outputs, joined where a tensor goes from one to another. */
export function graphOf(info: ModelInfo): { nodes: GraphNode[]; edges: [string, string][] } {
  const nodes: GraphNode[] = [];
  const edges: [string, string][] = [];
  const producers = new Map<string, string>();
  for (const { name, shape } of info.inputs) {
    const id = `in:${name}`;
    nodes.push({ id, kind: 'input', title: name, subtitle: shape.join(' × '), supported: true });
    producers.set(name, id);
  }
  for (const { index, type, name, inputs, outputs, supported } of info.ops) {
    const id = `op:${index}`;
    nodes.push({ id, kind: 'op', title: type, subtitle: name, supported });
    for (const tensor of new Set(inputs)) {
      const from = producers.get(tensor);
      if (from) edges.push([from, id]);
    }
    for (const tensor of outputs) producers.set(tensor, id);
  }
  for (const { name, shape } of info.outputs) {
    const id = `out:${name}`;
    nodes.push({ id, kind: 'output', title: name, subtitle: shape.join(' × '), supported: true });
    const from = producers.get(name);
    if (from) edges.push([from, id]);
  }
  return { nodes, edges };
}
