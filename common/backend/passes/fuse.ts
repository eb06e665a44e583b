import { sameShape, type Value } from '../graph.js';
import { uniformValue } from './constants.js';
import type { Build, Rule, Rules } from './rewrite.js';
import { input, simplifyRules } from './simplify.js';

/** The vector of a value that only varies along one axis from the end (0 = last), as [1, …, n, 1, …]. */
function vectorAlong(value: Value, axisFromEnd: number, length: number, build: Build): Value | undefined {
  const place = value.shape.length - 1 - axisFromEnd;
  const isVector = value.shape.every((d, i) => d === (i === place ? length : 1)) && place >= 0;
  if (!isVector) return undefined;
  return value.shape.length === 1 ? value : build('Reshape', [value], { shape: [length] });
}

/** x·w + b of matrices becomes Gemm, a convolution plus a value a channel takes it as its bias. */
const addBias: Rule<'Add'> = (node, build, uses) => {
  const simpler = simplifyRules.Add?.(node, build, uses);
  if (simpler !== undefined) return simpler;
  const shape = node.outputs[0]?.shape ?? [];
  for (const [main, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const product = input(node, main);
    const bias = input(node, other);
    if (uses(product) !== 1 || !sameShape(product.shape, shape) || product.dtype !== 'float32') continue;
    const { node: from } = product;
    if (from.op === 'MatMul' && product.shape.length === 2 && from.inputs.every((v) => v.shape.length === 2)) {
      const vector = vectorAlong(bias, 0, shape[1] ?? 0, build);
      if (vector !== undefined) return [build('Gemm', [...from.inputs, vector], from.attrs)];
    }
    if (from.op === 'Conv' && from.inputs.length === 2) {
      const vector = vectorAlong(bias, 2, shape[1] ?? 0, build);
      if (vector !== undefined) return [build('Conv', [...from.inputs, vector], from.attrs)];
    }
  }
  return undefined;
};

/** A product of matrices times a number is one operator. */
const scaleProduct: Rule<'Mul'> = (node, build, uses) => {
  const simpler = simplifyRules.Mul?.(node, build, uses);
  if (simpler !== undefined) return simpler;
  const shape = node.outputs[0]?.shape ?? [];
  for (const [main, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const product = input(node, main);
    const factor = uniformValue(input(node, other));
    const { node: from } = product;
    if (from.op !== 'MatMul' || factor === undefined || uses(product) !== 1 || !sameShape(product.shape, shape))
      continue;
    return [build('MatMul', from.inputs, { ...from.attrs, alpha: from.attrs.alpha * factor })];
  }
  return undefined;
};

export const fuseRules: Rules = { ...simplifyRules, Add: addBias, Mul: scaleProduct };
