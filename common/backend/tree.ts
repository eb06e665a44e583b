import * as tf from '@tensorflow/tfjs';

/** Tensors, and arrays and plain objects of them. */
export type Tree = unknown;

/** The tensors of a nested value, in a fixed order; every other leaf goes to `other`. */
export function tensorsIn(tree: Tree, other: (leaf: unknown) => void = () => {}): tf.Tensor[] {
  const found: tf.Tensor[] = [];
  const visit = (node: unknown): void => {
    if (node instanceof tf.Tensor) found.push(node);
    else if (Array.isArray(node)) node.forEach(visit);
    else if (isRecord(node)) for (const key of Object.keys(node)) visit(node[key]);
    else other(node);
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
  if (isRecord(tree))
    return `{${Object.entries(tree)
      .map(([key, node]) => `${key}:${signatureOf(node)}`)
      .join()}}`;
  if (typeof tree === 'function' || (typeof tree === 'object' && tree !== null))
    throw new Error(
      'a compiled function takes tensors, numbers, strings, booleans, and arrays and plain objects of them',
    );
  return JSON.stringify(tree) ?? 'undefined';
}

function isRecord(node: unknown): node is Record<string, unknown> {
  if (typeof node !== 'object' || node === null) return false;
  const prototype: unknown = Object.getPrototypeOf(node);
  return prototype === Object.prototype || prototype === null;
}
