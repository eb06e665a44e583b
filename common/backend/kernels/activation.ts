import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import type { Value } from '../graph.js';
import { add, binary, cast, mul, number, unary, where } from './expressions.js';
import { type Context, kernel } from './register.js';

export type Activation = core.FusedConv2DAttrs['activation'];

const isNegative = (k: Context, x: Value): Value => k.apply('Less', [x, number(k, 0, x.dtype)], {});

/** x where it is not negative, else alpha·x, with alpha broadcast. */
export const prelu = (k: Context, x: Value, alpha: Value): Value =>
  add(k, unary(k, 'Relu', x), mul(k, alpha, binary(k, 'Minimum', x, 0)));

/** Applies the activation that a fused tfjs kernel names. */
export function activate(
  k: Context,
  x: Value,
  activation: Activation | undefined,
  { alpha, leakyreluAlpha = 0.2 }: { alpha?: Value | undefined; leakyreluAlpha?: number | undefined },
): Value {
  switch (activation) {
    case undefined:
    case 'linear':
      return x;
    case 'relu':
      return unary(k, 'Relu', x);
    case 'relu6':
      return k.apply('Clip', [x], { min: 0, max: 6 });
    case 'elu':
      return k.apply('Elu', [x], { alpha: 1 });
    case 'sigmoid':
      return unary(k, 'Sigmoid', x);
    case 'leakyrelu':
      return k.apply('LeakyRelu', [x], { alpha: leakyreluAlpha });
    case 'prelu':
      if (alpha === undefined) throw new Error('the activation prelu needs its weights');
      return prelu(k, x, alpha);
  }
}

kernel<{ x: TensorInfo; alpha: TensorInfo }>(core.Prelu, ({ x, alpha }, _, k) =>
  k.tensor(prelu(k, cast(k, k.value(x), 'float32'), cast(k, k.value(alpha), 'float32'))),
);

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;
kernel<{ x: TensorInfo }>(core.Selu, ({ x }, _, k) =>
  k.tensor(mul(k, k.apply('Elu', [cast(k, k.value(x), 'float32')], { alpha: SELU_ALPHA }), SELU_SCALE)),
);

kernel<{ dy: TensorInfo; y: TensorInfo }>(core.EluGrad, ({ dy, y }, _, k) => {
  const [gradient, value] = [k.value(dy), k.value(y)];
  return k.tensor(where(k, isNegative(k, value), mul(k, gradient, add(k, value, 1)), gradient));
});
