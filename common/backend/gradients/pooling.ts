import type { Tensor } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { at, gradient, none, run } from './gradient.js';

interface Pool {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

interface Pool3D {
  filterSize: [number, number, number] | number;
  strides: [number, number, number] | number;
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The cells of every window of a volume [N, D, H, W, C] side by side: [cells, N, D', H', W', C]. */
function cellsOf(x: Tensor, { filterSize, strides, pad, dimRoundingMode }: Pool3D, around: number): Tensor {
  const shape = x.shape as [number, number, number, number, number];
  const info = core.backend_util.computePool3DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const { front, back, top, bottom, left, right } = info.padInfo;
  const padded = core.pad(x, [[0, 0], [front, back], [top, bottom], [left, right], [0, 0]], around); // biome-ignore format: a pad an axis
  const steps = [info.strideDepth, info.strideHeight, info.strideWidth];
  const cell = (offset: readonly number[]): Tensor => {
    const ends = offset.map((start, i) => start + ((info.outShape[i + 1] ?? 1) - 1) * (steps[i] ?? 1) + 1);
    const [begin, end] = [
      [0, ...offset, 0],
      [shape[0], ...ends, shape[4]],
    ];
    return core.stridedSlice(padded, begin, end, [1, ...steps, 1]);
  };
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
  const offsets = upTo(info.filterDepth).flatMap((d) =>
    upTo(info.filterHeight).flatMap((h) => upTo(info.filterWidth).map((w) => [d, h, w])),
  );
  return core.stack(offsets.map(cell));
}

/** Gradients of gradients: all are linear in dy. */
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
  /** The values' gradient goes back to where they were found, with the places of the whole batch. */
  gradient<Pool>(core.MaxPoolWithArgmax, {
    save: ['x'],
    of: (dy, saved, { filterSize, strides, pad }) => {
      const x = at(saved, 0);
      return {
        x: () => {
          const y = core.maxPool(x as core.Tensor4D, filterSize, strides, pad);
          return run(core.MaxPoolGrad, { dy, input: x, output: y }, { filterSize, strides, pad });
        },
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
  gradient<Pool3D>(core.MaxPool3DGrad, {
    save: ['input', 'output'],
    of: (g, saved, attrs) => {
      const [x, y] = [at(saved, 0), at(saved, 1)];
      return {
        dy: () => {
          const cells = cellsOf(x, attrs, Number.NEGATIVE_INFINITY);
          const [count = 1] = cells.shape;
          const places = core.reshape(core.range(0, count, 1, 'int32'), [count, 1, 1, 1, 1, 1]);
          const chosen = core.cast(core.equal(places, core.expandDims(core.argMax(cells, 0))), 'float32');
          return core.sum(core.mul(chosen, cellsOf(g, attrs, 0)), 0);
        },
        input: none(x),
        output: none(y),
      };
    },
  }),
  gradient<Pool3D>(core.AvgPool3DGrad, {
    save: ['input'],
    of: (g, saved, { filterSize, strides, pad, dimRoundingMode }) => ({
      dy: () => core.avgPool3d(g as core.Tensor5D, filterSize, strides, pad, dimRoundingMode),
      input: none(at(saved, 0)),
    }),
  }),
];
