import { type Graph, topological } from './graph.js';

/**
 * ONNX Runtime's error in the terms of the graph: which operator, over which shapes. Nodes are named `Op.place/OnnxOp_number` by the lowering,
 * place counting the graph's nodes.
 */
export function explain(error: unknown, graph: Graph): Error {
  const text = error instanceof Error ? error.message : String(error);
  const found = /(?:Name:'|node ?\()(\w+)\.(\d+)\//.exec(text);
  const node = found === null ? undefined : topological(graph.outputs)[Number(found[2])];
  if (node === undefined) return new Error(`ONNX Runtime could not run a graph: ${text}`, { cause: error });
  const operands = node.inputs.map((value) => `${value.dtype}[${value.shape}]`).join(', ');
  const reason = (/Status Message: ([\s\S]*)$/.exec(text)?.[1] ?? text).replace(/^Error: /, '');
  const where = node.origin === undefined ? '' : ` (${node.origin})`;
  return new Error(`${node.op}(${operands}) failed${where}: ${reason.trim()}`, { cause: error });
}
