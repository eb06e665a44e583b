import type { Tensor } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { at, gradient, none } from './gradient.js';

/** A gradient summed over the axes along which its input was broadcast. */
function reduceTo(g: Tensor, shape: number[]): Tensor {
  const axes = core.broadcast_util.getReductionAxes(shape, g.shape);
  return core.reshape(axes.length > 0 ? core.sum(g, axes) : g, shape);
}

type Slopes = readonly [(a: Tensor, b: Tensor) => Tensor, (a: Tensor, b: Tensor) => Tensor];

/** A binary operator from its two slopes. tfjs's own gradients of these forget that an input may have been broadcast. */
const binary = (kernelName: string, slopes: Slopes) =>
  gradient(kernelName, {
    save: ['a', 'b'],
    of: (dy, saved) => {
      const [a, b] = [at(saved, 0), at(saved, 1)];
      const side = (i: 0 | 1) => () => reduceTo(core.mul(dy, slopes[i](a, b)), (i === 0 ? a : b).shape);
      return { a: side(0), b: side(1) };
    },
  });

const number = (test: Tensor): Tensor => core.cast(test, 'float32');

/** What answers yes or no has no slope; without a gradient tfjs refuses to differentiate what its own gradients are made of. */
const flat = (kernelName: string, inputs: readonly string[]) =>
  gradient(kernelName, {
    save: inputs,
    of: (_, saved) => Object.fromEntries(inputs.map((name, i) => [name, none(at(saved, i))])),
  });

export const elementwiseGradients = [
  binary(core.Maximum, [(a, b) => number(core.greaterEqual(a, b)), (a, b) => number(core.less(a, b))]),
  binary(core.Minimum, [(a, b) => number(core.lessEqual(a, b)), (a, b) => number(core.greater(a, b))]),
  binary(core.SquaredDifference, [(a, b) => core.mul(core.sub(a, b), 2), (a, b) => core.mul(core.sub(b, a), 2)]),
  // tfjs has the exponent's slope from the saved result, which loses its second derivative. Where the base is not positive it is 0.
  binary(core.Pow, [
    (a, b) => core.mul(b, core.pow(a, core.sub(core.cast(b, 'float32'), 1))),
    (a, b) => core.mul(core.pow(a, b), core.where(core.greater(a, 0), core.log(a), core.zerosLike(a))),
  ]),
  ...[core.Equal, core.NotEqual, core.Greater, core.Less, core.LessEqual].map((name) => flat(name, ['a', 'b'])),
  // The gradient of tf.where is made with it.
  flat(core.LogicalNot, ['x']),
];
