import { messageOf } from '../utils/index.js';
import { type Graph, type Node, topological, type Value } from './graph.js';
import { optimize } from './passes/index.js';
import { Storage } from './session.js';
import type { Target } from './target.js';

const operandsOf = (values: readonly { readonly dtype: string; readonly shape: readonly number[] }[]): string =>
  values.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(', ');

/** An error in the terms of the graph: the operator, the shapes, the reason, and the line that recorded it. */
export function failure(
  { op, inputs, origin }: Pick<Node, 'op' | 'inputs' | 'origin'>,
  reason: string,
  cause: unknown,
): Error {
  const where = origin?.toString() ?? '';
  return new Error(`${op}(${operandsOf(inputs)}) failed: ${reason.trim()}${where === '' ? '' : `\n  ${where}`}`, {
    cause,
  });
}

/** Whether two errors are of the same operator for the same reason, wherever it was recorded. */
export function sameFailure(a: unknown, b: unknown): boolean {
  const [head, other] = [a, b].map((error) => messageOf(error).split('\n')[0]);
  return head === other;
}

/** The place of the node that ONNX Runtime names: the lowering names them `Op.place/OnnxOp_number`. */
function placeIn(message: string): number | undefined {
  const found = /(?:[Nn]ame:\s*'?|[Nn]ode:? ?\()[^']*?\w+\.(\d+)\//.exec(message);
  return found === null ? undefined : Number(found[1]);
}

/**
 * ONNX Runtime's error in the terms of the graph that it ran. An executable is shared by all graphs of one structure: `recorded` is the one
 * that was to be run, whose operators were called elsewhere than those that the executable was made from.
 */
export function explain(error: unknown, optimized: Graph, recorded?: Graph, target?: Target): Error {
  const text = messageOf(error);
  const place = placeIn(text);
  const node = place === undefined ? undefined : topological(optimized.outputs)[place];
  if (place === undefined || node === undefined)
    return new Error(`ONNX Runtime could not run a graph: ${text}`, { cause: error });
  // The same structure becomes the same operators in the same order.
  const twin = recorded === undefined ? node : topological(optimize(recorded, target).outputs)[place];
  const reason = (/Status Message: ([\s\S]*)$/.exec(text)?.[1] ?? text).replace(/^Error: /, '');
  const known = [twin, node].find((one) => one?.op === node.op && (one.origin?.lines.length ?? 0) > 0);
  return failure(known ?? node, reason, error);
}

/** Memory for a value; where there is none, an error that names what was to be computed. */
export function allocateFor(value: Value): Storage {
  try {
    return Storage.allocate(value);
  } catch (error) {
    const gigabytes = (4 * value.shape.reduce((product, d) => product * d, 1)) / 1e9;
    const size = gigabytes < 1 ? '' : `, ${gigabytes.toFixed(1)} GB`;
    throw failure(value.node, `no memory for its result ${operandsOf([value])}${size} (${messageOf(error)})`, error);
  }
}
