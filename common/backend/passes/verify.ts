import type { Value } from '../graph.js';
import { type Graph, sameShape, topological } from '../graph.js';
import { infer } from '../infer.js';
import type { OpName, TensorType } from '../ops.js';

/** Checks that a graph is whole: every Input is declared, every type is what the inference table says. Returns the graph. */
export function verify(graph: Graph): Graph {
  const declared = new Set(graph.inputs);
  for (const node of topological(graph.outputs)) {
    if (node.op === 'Input') {
      if (!node.outputs.every((value) => declared.has(value)))
        throw new Error('the graph uses an Input that it does not declare');
      continue;
    }
    // The table pairs each operator with its function; the union loses the pairing.
    const types = (infer[node.op] as (inputs: readonly Value[], attrs: object) => TensorType[])(
      node.inputs,
      node.attrs,
    );
    node.outputs.forEach((value, i) => {
      const type = types[i];
      if (type === undefined || type.dtype !== value.dtype || !sameShape(type.shape, value.shape))
        throw new Error(
          `${node.op as OpName} says ${value.dtype}[${value.shape}], its inputs give ${type?.dtype}[${type?.shape}]`,
        );
    });
  }
  return graph;
}
