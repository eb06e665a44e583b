import { sizeOf, type Value } from '../graph.js';
import type { Emitter } from './emitter.js';
import { arg, item, type LowerRule } from './rule.js';

const ones = (emit: Emitter, count: number) => emit.data('float32', [count], new Float32Array(count).fill(1));
const zeros = (emit: Emitter, count: number) => emit.data('float32', [count], new Float32Array(count));

const batchNorm: LowerRule<'BatchNorm'> = (emit, inputs, { attrs }) => [
  emit.op('BatchNormalization', inputs, { epsilon: { float: attrs.eps } }),
];

// In training mode with momentum 0 the «running» outputs are this batch's mean and biased variance.
const batchNormTraining: LowerRule<'BatchNormTraining'> = (emit, inputs, { attrs }) => {
  const attributes = { epsilon: { float: attrs.eps }, momentum: { float: 0 }, training_mode: 1 };
  // The running statistics that go in are multiplied by 0. ONNX Runtime may write the new ones over them, even where they are constants
  // that other operators share: so they are computed, each on its own.
  const ignored = [1, 2].map((i) => emit.op('Mul', [arg(inputs, i), emit.float(0)]));
  return emit.ops('BatchNormalization', [...inputs, ...ignored], 3, attributes);
};

/**
 * With x̂ = (x − μ)/σ and n values a channel: dβ = Σdy, dγ = Σdy·x̂, dx = γ/σ·(dy − dβ/n − x̂·dγ/n), which is a·dy + b·x + c for one
 * a, b and c a channel. An affine map a channel is a BatchNormalization with mean 0 and variance 1: one pass over memory where
 * Mul and Add take two.
 */
const batchNormGrad: LowerRule<'BatchNormGrad'> = (emit, inputs, { attrs, inputs: values }) => {
  const [dy, x, weight] = [arg(inputs, 0), arg(inputs, 1), arg(inputs, 2)];
  const [mean, variance] = [arg(inputs, 3), arg(inputs, 4)];
  const { shape } = item(values, 1);
  const channels = item(shape, 1);
  const count = sizeOf(shape) / channels;
  const axes = emit.int64([0, 2, 3]);
  const sum = (v: string) => emit.op('ReduceSum', [v, axes], { keepdims: 0 });
  const inverse = emit.op('Reciprocal', [emit.op('Sqrt', [emit.op('Add', [variance, emit.float(attrs.eps)])])]);
  const [zero, one] = [zeros(emit, channels), ones(emit, channels)];
  const affine = (v: string, scale: string, shift: string) =>
    emit.op('BatchNormalization', [v, scale, shift, zero, one], { epsilon: { float: 0 } });
  const dBias = sum(dy);
  // Centred before the sum: Σdy·x − μ·Σdy would cancel where the mean is large beside the deviation.
  const centred = affine(x, inverse, emit.op('Neg', [emit.op('Mul', [mean, inverse])]));
  const dWeight = sum(emit.op('Mul', [dy, centred]));
  const a = emit.op('Mul', [weight, inverse]);
  const perCount = emit.float(-1 / count);
  const b = emit.op('Mul', [emit.op('Mul', [a, dWeight]), perCount]);
  const c = emit.op('Mul', [emit.op('Mul', [a, dBias]), perCount]);
  const dx = emit.op('Add', [affine(dy, a, c), affine(centred, b, zero)]);
  return [dx, dWeight, dBias];
};

const layerNorm: LowerRule<'LayerNorm'> = (emit, inputs, { attrs }) =>
  emit.ops('LayerNormalization', inputs, 3, { axis: -1, epsilon: { float: attrs.eps } });

/**
 * With x̂ = (x − μ)/σ and g = dy·γ over d features: dx = (g − mean(g) − x̂·mean(g·x̂))/σ. The two means are products of dy and dy·x̂
 * with γ/d, so that neither g·x̂ nor a reduction of it is written to memory.
 */
const layerNormGrad: LowerRule<'LayerNormGrad'> = (emit, inputs, { inputs: values }) => {
  const [dy, x, weight] = [arg(inputs, 0), arg(inputs, 1), arg(inputs, 2)];
  const [mean, inverse] = [arg(inputs, 3), arg(inputs, 4)];
  const { shape } = item(values, 1);
  const features = item(shape, shape.length - 1);
  const rows = emit.int64(shape.slice(0, -1).map((_, i) => i));
  const column = emit.op('Mul', [emit.op('Reshape', [weight, emit.int64([features, 1])]), emit.float(1 / features)]);
  const normal = emit.op('Mul', [emit.op('Sub', [x, mean]), inverse]);
  const product = emit.op('Mul', [dy, normal]);
  const g = emit.op('Mul', [dy, weight]);
  const meanOf = (v: string) => emit.op('MatMul', [v, column]);
  const inner = emit.op('Sub', [emit.op('Sub', [g, meanOf(dy)]), emit.op('Mul', [normal, meanOf(product)])]);
  const sum = (v: string) => (shape.length === 1 ? v : emit.op('ReduceSum', [v, rows], { keepdims: 0 }));
  return [emit.op('Mul', [inner, inverse]), sum(product), sum(dy)];
};

type Reduction = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceProd';

const reduce =
  (opType: Reduction) =>
  (
    emit: Emitter,
    inputs: readonly string[],
    { attrs, outputs }: { attrs: { axes: readonly number[]; keepDims: boolean }; outputs: readonly Value[] },
  ): string[] => {
    if (attrs.axes.length === 0) return [emit.op('Identity', [arg(inputs, 0)])];
    const over = (type: string, x: string) =>
      emit.op(type, [x, emit.int64(attrs.axes)], { keepdims: Number(attrs.keepDims) });
    const result = over(opType, arg(inputs, 0));
    if ((opType !== 'ReduceMax' && opType !== 'ReduceMin') || item(outputs, 0).dtype !== 'float32') return [result];
    // ONNX Runtime leaves NaN out or not, by its place; in tfjs one NaN makes the result NaN.
    const missing = over('ReduceMax', emit.cast(emit.op('IsNaN', [arg(inputs, 0)]), 'float32'));
    return [emit.op('Where', [emit.cast(missing, 'bool'), emit.float(Number.NaN), result])];
  };

/** NaN never wins: it counts as the opposite of what is looked for. */
const argument =
  (opType: 'ArgMax' | 'ArgMin') =>
  (
    emit: Emitter,
    inputs: readonly string[],
    { attrs, inputs: values }: { attrs: { axis: number }; inputs: readonly Value[] },
  ): string[] => {
    const x = arg(inputs, 0);
    const worst = emit.float(opType === 'ArgMax' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    const clean = item(values, 0).dtype === 'float32' ? emit.op('Where', [emit.op('IsNaN', [x]), worst, x]) : x;
    return [emit.cast(emit.op(opType, [clean], { axis: attrs.axis, keepdims: 0 }), 'int32')];
  };

const cumSum: LowerRule<'CumSum'> = (emit, inputs, { attrs }) => [
  emit.op('CumSum', [arg(inputs, 0), emit.scalar('int64', attrs.axis)], {
    exclusive: Number(attrs.exclusive),
    reverse: Number(attrs.reverse),
  }),
];

export const normalizationRules = {
  BatchNorm: batchNorm,
  BatchNormTraining: batchNormTraining,
  BatchNormGrad: batchNormGrad,
  LayerNorm: layerNorm,
  LayerNormGrad: layerNormGrad,
  ReduceSum: reduce('ReduceSum'),
  ReduceMean: reduce('ReduceMean'),
  ReduceMax: reduce('ReduceMax'),
  ReduceMin: reduce('ReduceMin'),
  ReduceProd: reduce('ReduceProd'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  CumSum: cumSum,
};
