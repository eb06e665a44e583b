import * as core from '@tensorflow/tfjs-core';
import { at, gradient, none } from './gradient.js';

interface Pool {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Gradients of gradients: both are linear in dy. */
export const poolingGradients = [
  /** A window's gradient went to the place of its maximum, so it comes back from there. */
  gradient<Pool>(core.MaxPoolGrad, {
    save: ['dy', 'input', 'output'],
    of: (g, saved, { filterSize, strides, pad }) => {
      const [x, y] = [at(saved, 1), at(saved, 2)];
      return {
        dy: () => {
          const { indexes = x } = core.maxPoolWithArgmax(x as core.Tensor4D, filterSize, strides, pad, true);
          return core.gather(core.reshape(g, [-1]), core.cast(indexes, 'int32'));
        },
        input: none(x),
        output: none(y),
      };
    },
  }),
  gradient<Pool>(core.AvgPoolGrad, {
    save: ['input'],
    of: (g, saved, { filterSize, strides, pad, dimRoundingMode }) => ({
      dy: () => core.avgPool(g as core.Tensor4D, filterSize, strides, pad, dimRoundingMode),
      input: none(at(saved, 0)),
    }),
  }),
];
