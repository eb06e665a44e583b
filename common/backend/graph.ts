import { infer } from './infer.js';
import type { DType, OpAttrs, OpName, TensorType } from './ops.js';

/** One output of a node: what the inputs of other nodes are. */
export interface Value extends TensorType {
  readonly node: Node;
  readonly index: number;
}

/** A node of one operator. Nodes are immutable; a pass builds new ones. */
export interface NodeOf<K extends OpName> {
  readonly op: K;
  readonly inputs: readonly Value[];
  readonly attrs: OpAttrs[K];
  readonly outputs: readonly Value[];
  /** Where the operator was called, kept for error messages. */
  readonly origin: string | undefined;
}

export type Node = { [K in OpName]: NodeOf<K> }[OpName];

/** A whole computation. Every `Input` reachable from the outputs is in `inputs`. */
export interface Graph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/** Makes a node; the types of its outputs come from the inference table. */
export function makeNode<K extends OpName>(
  op: K,
  inputs: readonly Value[],
  attrs: OpAttrs[K],
  origin?: string,
): NodeOf<K> {
  const outputs: Value[] = [];
  const node: NodeOf<K> = { op, inputs, attrs, outputs, origin };
  infer[op](inputs, attrs).forEach((type, index) => {
    // NodeOf<K> for one K is a member of the union Node; TypeScript cannot see that through the generic.
    outputs.push({ node: node as Node, index, shape: type.shape, dtype: type.dtype });
  });
  return node;
}

/** The first output of a new node. */
export function apply<K extends OpName>(op: K, inputs: readonly Value[], attrs: OpAttrs[K], origin?: string): Value {
  return first(makeNode(op, inputs, attrs, origin).outputs);
}

export function inputValue(shape: readonly number[], dtype: DType): Value {
  return apply('Input', [], { shape, dtype });
}

export function isOp<K extends OpName>(node: Node, op: K): node is Extract<Node, { op: K }> {
  return node.op === op;
}

export function first<T>(list: readonly T[]): T {
  const value = list[0];
  if (value === undefined) throw new Error('expected at least one element');
  return value;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, d) => product * d, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

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
