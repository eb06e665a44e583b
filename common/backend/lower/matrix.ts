import type { Emitter } from './emitter.js';
import { arg, item, type LowerRule } from './rule.js';

interface ProductOptions {
  readonly transA?: boolean;
  readonly transB?: boolean;
  readonly alpha?: number;
}

/** Stacks of products with transposed operands and a factor: one operator of ONNX Runtime's, or the standard's three. `ranks` are a's and b's. */
export function product(
  emit: Emitter,
  [a, b]: readonly [string, string],
  { transA, transB, alpha }: ProductOptions,
  ranks: readonly [number, number],
): string {
  if (!emit.portable)
    return emit.microsoft('FusedMatMul', [a, b], {
      ...(transA !== undefined && { transA: Number(transA) }),
      ...(transB !== undefined && { transB: Number(transB) }),
      ...(alpha !== undefined && { alpha: { float: alpha } }),
    });
  const turned = (x: string, rank: number) => {
    const perm = Array.from({ length: rank }, (_, i) => i);
    return emit.op('Transpose', [x], { perm: [...perm.slice(0, -2), rank - 1, rank - 2] });
  };
  const result = emit.op('MatMul', [
    transA === true ? turned(a, ranks[0]) : a,
    transB === true ? turned(b, ranks[1]) : b,
  ]);
  return alpha === undefined || alpha === 1 ? result : emit.op('Mul', [result, emit.float(alpha)]);
}

/** Products of matrices go to Gemm (which transposes and scales for free); stacks of them to FusedMatMul, or MatMul where it says the same. */
const matMul: LowerRule<'MatMul'> = (emit, inputs, { attrs, inputs: values }) => {
  const { transA, transB, alpha } = attrs;
  const [a, b] = [item(values, 0), item(values, 1)];
  if (!transA && !transB && alpha === 1) return [emit.op('MatMul', inputs)];
  const options = { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } };
  if (a.shape.length === 2 && b.shape.length === 2 && a.dtype === 'float32') return [emit.op('Gemm', inputs, options)];
  return [product(emit, [arg(inputs, 0), arg(inputs, 1)], attrs, [a.shape.length, b.shape.length])];
};

const gemm: LowerRule<'Gemm'> = (emit, inputs, { attrs }) => [
  emit.op('Gemm', inputs, {
    transA: Number(attrs.transA),
    transB: Number(attrs.transB),
    alpha: { float: attrs.alpha },
  }),
];

const softmax: LowerRule<'Softmax'> = (emit, inputs, { attrs }) => [emit.op('Softmax', inputs, { axis: attrs.axis })];

const logSoftmax: LowerRule<'LogSoftmax'> = (emit, inputs, { attrs }) => [
  emit.op('LogSoftmax', inputs, { axis: attrs.axis }),
];

const softmaxCrossEntropy: LowerRule<'SoftmaxCrossEntropy'> = (emit, inputs) => {
  const logProbabilities = emit.op('LogSoftmax', [arg(inputs, 0)], { axis: -1 });
  const weighted = emit.op('Mul', [arg(inputs, 1), logProbabilities]);
  const loss = emit.op('Neg', [emit.op('ReduceSum', [weighted, emit.int64([-1])], { keepdims: 0 })]);
  return [loss, emit.op('Exp', [logProbabilities])];
};

export const matrixRules = {
  MatMul: matMul,
  Gemm: gemm,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  SoftmaxCrossEntropy: softmaxCrossEntropy,
};
