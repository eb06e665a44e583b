import { sizeOf, type Value } from '../graph.js';

/** The one number that a value repeats, where that is known at recording. */
export function uniformValue(value: Value): number | undefined {
  const { node } = value;
  if (node.op === 'Fill') return node.attrs.value;
  if (node.op === 'Constant' && sizeOf(node.attrs.shape) === 1) return node.attrs.data[0];
  if (node.op === 'Expand' || node.op === 'Reshape') {
    const source = node.inputs[0];
    return source === undefined ? undefined : uniformValue(source);
  }
  return undefined;
}
