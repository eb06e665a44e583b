import * as tf from '@tensorflow/tfjs-core';

/** Tensors, and arrays and plain objects of them. */
export type Tree = unknown;

/** The tensors of a nested value, in a fixed order. */
export function tensorsIn(tree: Tree): tf.Tensor[] {
  const found: tf.Tensor[] = [];
  const visit = (node: unknown): void => {
    if (node instanceof tf.Tensor) found.push(node);
    else if (Array.isArray(node)) node.forEach(visit);
    else if (isRecord(node)) for (const key of Object.keys(node)) visit(node[key]);
  };
  visit(tree);
  return found;
}

/** The same nesting with each tensor replaced. */
export function mapTensors(tree: Tree, replace: (tensor: tf.Tensor) => unknown): unknown {
  if (tree instanceof tf.Tensor) return replace(tree);
  if (Array.isArray(tree)) return tree.map((node) => mapTensors(node, replace));
  if (isRecord(tree))
    return Object.fromEntries(Object.entries(tree).map(([key, node]) => [key, mapTensors(node, replace)]));
  return tree;
}

/** What two calls must share to share a recording: nesting, shapes and types of tensors, and the value of every other argument. */
export function signatureOf(tree: Tree): string {
  if (tree instanceof tf.Tensor) return `${tree.dtype}[${tree.shape}]`;
  if (Array.isArray(tree)) return `[${tree.map(signatureOf).join()}]`;
  if (isRecord(tree)) {
    const parts = Object.entries(tree).map(([key, node]) => `${JSON.stringify(key)}:${signatureOf(node)}`);
    return `{${parts.join()}}`;
  }
  switch (typeof tree) {
    case 'number':
      // JSON knows no NaN, no infinity and no −0.
      return Object.is(tree, -0) ? '-0' : String(tree);
    case 'string':
      return JSON.stringify(tree);
    case 'boolean':
    case 'undefined':
      return String(tree);
    default:
      if (tree === null) return 'null';
      throw new Error(
        'a compiled function takes tensors, numbers, strings, booleans, and arrays and plain objects of them',
      );
  }
}

/** The signature leaf by leaf, for messages: `arguments[0].image` → `float32[32,28,28,1]`. */
export function leavesOf(tree: Tree, path = 'arguments'): Map<string, string> {
  if (Array.isArray(tree)) return new Map(tree.flatMap((node, i) => [...leavesOf(node, `${path}[${i}]`)]));
  if (isRecord(tree))
    return new Map(Object.entries(tree).flatMap(([key, node]) => [...leavesOf(node, `${path}.${key}`)]));
  return new Map([[path, signatureOf(tree)]]);
}

/** Where the tensors are, in the order of `tensorsIn`: `arguments[0].image`. */
export function tensorPathsIn(tree: Tree, path: string): string[] {
  if (tree instanceof tf.Tensor) return [path];
  if (Array.isArray(tree)) return tree.flatMap((node, i) => tensorPathsIn(node, `${path}[${i}]`));
  if (isRecord(tree)) return Object.entries(tree).flatMap(([key, node]) => tensorPathsIn(node, `${path}.${key}`));
  return [];
}

export function isRecord(node: unknown): node is Record<string, unknown> {
  if (typeof node !== 'object' || node === null) return false;
  const prototype: unknown = Object.getPrototypeOf(node);
  return prototype === Object.prototype || prototype === null;
}
