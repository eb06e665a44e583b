import type { Graph, Node, Value } from './graph.js';
import type { TensorType } from './ops.js';
import { topological } from './topological.js';

const typeText = ({ shape, dtype }: TensorType): string => `${dtype}[${shape.join(',')}]`;

function attrText(value: unknown): string {
  if (ArrayBuffer.isView(value)) {
    const list = Array.from(value instanceof DataView ? [] : (value as Float32Array));
    return list.length > 6 ? `{${list.slice(0, 6).join(' ')} … ${list.length}}` : `{${list.join(' ')}}`;
  }
  return Array.isArray(value) ? `[${value.join(',')}]` : String(value);
}

function attributes(node: Node): string {
  const hidden = node.op === 'Fill' || node.op === 'Constant' ? ['shape', 'dtype'] : [];
  const parts = Object.entries(node.attrs).filter(([key]) => !hidden.includes(key));
  return parts.length === 0 ? '' : ` {${parts.map(([key, value]) => `${key}: ${attrText(value)}`).join(', ')}}`;
}

/**
 * The graph as text, a node a line: `%3 = Add(%1, %2) : float32[2,3]`. Names count from 0 in topological order, so that the text of
 * equal graphs is equal.
 */
export function printGraph(graph: Graph): string {
  const names = new Map<Value, string>();
  const name = (value: Value): string => names.get(value) ?? '?';
  graph.inputs.forEach((value, i) => {
    names.set(value, `in${i}`);
  });
  const lines = [`graph(${graph.inputs.map((v) => `${name(v)}: ${typeText(v)}`).join(', ')})`];
  let count = 0;
  for (const node of topological(graph.outputs)) {
    if (node.op === 'Input') continue;
    for (const output of node.outputs) names.set(output, `%${count++}`);
    const left = node.outputs.map(name).join(', ');
    const types = node.outputs.map(typeText).join(', ');
    lines.push(`  ${left} = ${node.op}(${node.inputs.map(name).join(', ')})${attributes(node)} : ${types}`);
  }
  lines.push(`  return ${graph.outputs.map(name).join(', ')}`);
  return lines.join('\n');
}
