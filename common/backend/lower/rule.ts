import type { Node } from '../graph.js';
import type { OpName } from '../ops.js';
import type { Emitter } from './emitter.js';

/** Writes one node in ONNX: takes the names of its inputs, returns the names of its outputs. */
export type LowerRule<K extends OpName> = (
  emit: Emitter,
  inputs: readonly string[],
  node: Extract<Node, { op: K }>,
) => string[];

/** The i-th input's name. */
export function arg(inputs: readonly string[], i: number): string {
  const name = inputs[i];
  if (name === undefined) throw new Error(`operator is missing its input ${i}`);
  return name;
}

/** The i-th element of a list that must have it. */
export function item<T>(list: readonly T[], i: number): T {
  const value = list[i];
  if (value === undefined) throw new Error(`no element ${i} in a list of ${list.length}`);
  return value;
}
