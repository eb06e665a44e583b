import * as core from '@tensorflow/tfjs-core';
import { fusedKernels } from '../kernels/fused.js';
import { gateKernel } from '../kernels/names.js';
import { at, gradient, hasKernel, none, run } from './gradient.js';

/** 1 where x > 0, else 0. Unlike tf.step it says nothing of NaN, which the activation itself has handed on already: that costs a third. */
const gate = (x: core.Tensor): core.Tensor => (hasKernel(gateKernel) ? run(gateKernel, { x }, {}) : core.step(x));

const number = (test: core.Tensor): core.Tensor => core.cast(test, 'float32');

const ofInput = (kernelName: string, slope: (dy: core.Tensor, x: core.Tensor) => core.Tensor) =>
  gradient(kernelName, { save: ['x'], of: (dy, saved) => ({ x: () => slope(dy, at(saved, 0)) }) });

export const activationGradients = [
  gradient(core.Relu, { save: ['x'], of: (dy, saved) => ({ x: () => core.mul(dy, gate(at(saved, 0))) }) }),
  // gelu'' = φ(x)·(2 − x²), with φ the normal density.
  gradient(fusedKernels.geluGrad, {
    save: ['dy', 'x'],
    of: (g, saved) => {
      const [dy, x] = [at(saved, 0), at(saved, 1)];
      return {
        dy: () => run(fusedKernels.geluGrad, { dy: g, x }, {}),
        x: () => {
          const square = core.square(x);
          const density = core.mul(core.exp(core.mul(square, -0.5)), 1 / Math.sqrt(2 * Math.PI));
          return core.mul(core.mul(g, dy), core.mul(density, core.sub(2, square)));
        },
      };
    },
  }),
  // Products with 0 and 1 where tfjs chooses with tf.where, which costs ONNX Runtime several times as much.
  ofInput(core.Relu6, (dy, x) => core.mul(dy, core.mul(gate(x), number(core.lessEqual(x, 6))))),
  ofInput(core.Abs, (dy, x) => core.mul(dy, core.sign(x))),
  gradient<core.LeakyReluAttrs>(core.LeakyRelu, {
    save: ['x'],
    of: (dy, saved, { alpha }) => ({
      x: () => core.mul(dy, core.add(core.mul(gate(at(saved, 0)), 1 - alpha), alpha)),
    }),
  }),
  gradient<core.ClipByValueAttrs>(core.ClipByValue, {
    save: ['x'],
    of: (dy, saved, { clipValueMin, clipValueMax }) => ({
      x: () => {
        const x = at(saved, 0);
        const inside = core.mul(number(core.greaterEqual(x, clipValueMin)), number(core.lessEqual(x, clipValueMax)));
        return core.mul(dy, inside);
      },
    }),
  }),
  gradient(gateKernel, { save: ['x'], of: (_, saved) => ({ x: none(at(saved, 0)) }) }),

  // tfjs saves the result of these and loses the way from it to the input, so that their second derivatives miss a term. Computed anew
  // from the input they are the same node of the graph.
  ofInput(core.Exp, (dy, x) => core.mul(dy, core.exp(x))),
  ofInput(core.Sigmoid, (dy, x) => {
    const y = core.sigmoid(x);
    return core.mul(dy, core.mul(y, core.sub(1, y)));
  }),
  ofInput(core.Tanh, (dy, x) => core.mul(dy, core.sub(1, core.square(core.tanh(x))))),
  ofInput(core.Elu, (dy, x) => core.mul(dy, core.add(core.minimum(core.elu(x), 0), 1))),
  gradient<core.SoftmaxAttrs>(core.Softmax, {
    save: ['logits'],
    of: (dy, saved, { dim }) => ({
      logits: () => {
        const y = core.softmax(at(saved, 0), dim);
        const weighted = core.mul(dy, y);
        return core.sub(weighted, core.mul(core.sum(weighted, dim, true), y));
      },
    }),
  }),
  gradient<core.LogSoftmaxAttrs>(core.LogSoftmax, {
    save: ['logits'],
    of: (dy, saved, { axis }) => ({
      logits: () => core.sub(dy, core.mul(core.sum(dy, axis, true), core.softmax(at(saved, 0), axis))),
    }),
  }),

  /** d√x/dx is 0 at 0 here (the slope is infinite there), so that the gradient of a norm at the zero vector is 0, as in PyTorch. */
  gradient(core.Sqrt, {
    save: ['x'],
    of: (dy, saved) => ({
      x: () => {
        const x = at(saved, 0);
        const atZero = core.equal(x, 0);
        const safe = core.where(atZero, core.onesLike(x), x);
        return core.where(atZero, core.zerosLike(dy), core.div(dy, core.mul(core.sqrt(safe), 2)));
      },
    }),
  }),
];
