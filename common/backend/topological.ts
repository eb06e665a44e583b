import type { Node, Value } from './graph.js';

/** Every node that the outputs need, inputs before users. Iterative: recorded steps are thousands of nodes deep. */
export function topological(outputs: readonly Value[]): Node[] {
  const order: Node[] = [];
  const done = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  for (const output of outputs) {
    if (!done.has(output.node)) {
      done.add(output.node);
      stack.push({ node: output.node, next: 0 });
    }
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!done.has(input.node)) {
        done.add(input.node);
        stack.push({ node: input.node, next: 0 });
      }
    }
  }
  return order;
}
