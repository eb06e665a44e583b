import { Graph, makeNode, type Node, type NodeOf, sameShape, topological, type Value } from '../graph.js';
import type { OpAttrs, OpName } from '../ops.js';

/** A rule sees a node whose inputs are rewritten already, and returns what replaces its outputs, or nothing to keep the node. */
export type Rule<K extends OpName> = (
  node: NodeOf<K>,
  build: Build,
  uses: (value: Value) => number,
) => readonly Value[] | undefined;

export type Rules = { readonly [K in OpName]?: Rule<K> };

/** Makes nodes; nodes that compute the same thing are made once (common-subexpression elimination). */
export type Build = <K extends OpName>(op: K, inputs: readonly Value[], attrs: OpAttrs[K]) => Value;

const identities = new WeakMap<object, number>();
let nextIdentity = 0;
function identity(object: object): number {
  const known = identities.get(object);
  if (known !== undefined) return known;
  identities.set(object, nextIdentity);
  return nextIdentity++;
}

/** Attributes as text; large constants are equal only to themselves. */
export function attrKey(attrs: object): string {
  let key = '';
  for (const [name, value] of Object.entries(attrs)) {
    if (ArrayBuffer.isView(value))
      key += value.byteLength <= 4096 ? `${name}:${String(value)};` : `${name}:#${identity(value)};`;
    else key += `${name}:${String(value)};`;
  }
  return key;
}

/** Rewrites a graph from its inputs to its outputs. What no output needs any longer is gone from the result (dead-code elimination). */
export function rewrite(graph: Graph, rules: Rules): Graph {
  const order = topological(graph.outputs);
  const uses = new Map<Value, number>();
  const use = (value: Value) => uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const node of order) node.inputs.forEach(use);
  graph.outputs.forEach(use);

  const replaced = new Map<Value, Value>();
  const countOf = new Map<Value, number>();
  const now = (value: Value): Value => replaced.get(value) ?? value;
  const unique = new Map<string, Node>();
  let origin: Node['origin'];

  const share = (node: Node): Node => {
    if (node.op === 'Input') return node;
    const key = `${node.op}(${node.inputs.map((v) => `${identity(v.node)}.${v.index}`).join()})${attrKey(node.attrs)}`;
    const known = unique.get(key);
    if (known !== undefined) return known;
    unique.set(key, node);
    return node;
  };
  const outputOf = (node: Node): Value => {
    const value = node.outputs[0];
    if (value === undefined) throw new Error(`${node.op} has no output`);
    return value;
  };
  const build: Build = (op, inputs, attrs) => {
    const node = makeNode(op, inputs, attrs, origin) as Node;
    // What a rule builds is simplified by the same rules, so that a chain collapses in one pass.
    return applyRule(share(node))[0] ?? outputOf(node);
  };
  const useCount = (value: Value): number => countOf.get(value) ?? 1;
  const applied = new Map<Node, readonly Value[]>();
  const applyRule = (node: Node): readonly Value[] => {
    const known = applied.get(node);
    if (known !== undefined) return known;
    // The table pairs each operator with its rule; the union loses the pairing.
    const rule = rules[node.op] as Rule<OpName> | undefined;
    const result = rule?.(node as NodeOf<OpName>, build, useCount) ?? node.outputs;
    applied.set(node, result);
    return result;
  };

  for (const node of order) {
    origin = node.origin;
    const inputs = node.inputs.map(now);
    const changed = inputs.some((value, i) => value !== node.inputs[i]);
    const fresh = share(changed ? (remake(node, inputs) as Node) : node);
    const results = applyRule(fresh);
    node.outputs.forEach((old, i) => {
      const value = results[i];
      if (value === undefined) throw new Error(`the rule of ${node.op} lost its output ${i}`);
      if (!sameShape(value.shape, old.shape) || value.dtype !== old.dtype)
        throw new Error(`the rule of ${node.op} made ${value.dtype}[${value.shape}] of ${old.dtype}[${old.shape}]`);
      replaced.set(old, value);
      countOf.set(value, (countOf.get(value) ?? 0) + (uses.get(old) ?? 0));
    });
  }
  const outputs = graph.outputs.map(now);
  const alive = new Set(topological(outputs));
  return new Graph(
    graph.inputs.filter((value) => alive.has(value.node)),
    outputs,
  );
}

/** The same operator over other inputs. */
function remake<K extends OpName>(node: NodeOf<K>, inputs: readonly Value[]): NodeOf<K> {
  return makeNode(node.op, inputs, node.attrs, node.origin);
}
