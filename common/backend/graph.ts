import { infer } from './infer.js';
import type { DType, OpAttrs, OpName, TensorType } from './ops.js';
import type { Origin } from './origin.js';
import { printGraph } from './print.js';
import { topological } from './topological.js';

export { topological };

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
  readonly origin: Origin | undefined;
}

export type Node = { [K in OpName]: NodeOf<K> }[OpName];

/** A whole computation. Every `Input` reachable from the outputs is in `inputs`. */
export class Graph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];

  constructor(inputs: readonly Value[], outputs: readonly Value[]) {
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** A graph of these outputs, with the inputs that they need in the order in which they are met. */
  static of(outputs: readonly Value[]): Graph {
    return new Graph(
      topological(outputs).flatMap((node) => (node.op === 'Input' ? node.outputs : [])),
      outputs,
    );
  }

  /** The graph as text, a node a line. */
  toString(): string {
    return printGraph(this);
  }
}

/** Makes a node; the types of its outputs come from the inference table. */
export function makeNode<K extends OpName>(
  op: K,
  inputs: readonly Value[],
  attrs: OpAttrs[K],
  origin?: Origin,
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
export function apply<K extends OpName>(op: K, inputs: readonly Value[], attrs: OpAttrs[K], origin?: Origin): Value {
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
