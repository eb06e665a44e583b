import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import type { ReduceOp } from '../ops.js';
import { type Context, kernel } from './register.js';

const axesOf = (axis: number | number[] | undefined, shape: readonly number[]): number[] =>
  core.util.parseAxisParam(axis ?? shape.map((_, i) => i), [...shape]).sort((a, b) => a - b);

interface ReduceAttrs {
  axis?: number | number[];
  /** Max alone calls its axis so. */
  reductionIndices?: number | number[];
  keepDims: boolean;
}

const reduction = (name: string, op: ReduceOp) => {
  kernel<{ x: TensorInfo }, ReduceAttrs>(name, ({ x }, { reductionIndices, axis = reductionIndices, keepDims }, k) => {
    const value = k.value(x);
    const number =
      value.dtype === 'bool'
        ? k.apply('Cast', [value], { to: 'int32' })
        : op === 'ReduceMean' && value.dtype !== 'float32'
          ? k.apply('Cast', [value], { to: 'float32' })
          : value;
    return k.tensor(k.apply(op, [number], { axes: axesOf(axis, x.shape), keepDims }));
  });
};
reduction(core.Sum, 'ReduceSum');
reduction(core.Mean, 'ReduceMean');
reduction(core.Max, 'ReduceMax');
reduction(core.Min, 'ReduceMin');
reduction(core.Prod, 'ReduceProd');

/** All and Any: the minimum and the maximum of 0 and 1. */
const truth = (name: string, op: 'ReduceMin' | 'ReduceMax') => {
  kernel<{ x: TensorInfo }, ReduceAttrs>(name, ({ x }, { axis, keepDims }, k) => {
    const number = k.apply('Cast', [k.value(x)], { to: 'int32' });
    const found = k.apply(op, [number], { axes: axesOf(axis, x.shape), keepDims });
    return k.tensor(k.apply('Cast', [found], { to: 'bool' }));
  });
};
truth(core.All, 'ReduceMin');
truth(core.Any, 'ReduceMax');

const argument = (name: string, op: 'ArgMax' | 'ArgMin') => {
  kernel<{ x: TensorInfo }, { axis: number }>(name, ({ x }, { axis }, k) => {
    const [place = 0] = axesOf(axis, x.shape);
    return k.tensor(k.apply(op, [k.value(x)], { axis: place }));
  });
};
argument(core.ArgMax, 'ArgMax');
argument(core.ArgMin, 'ArgMin');

kernel<{ logits: TensorInfo }, core.SoftmaxAttrs>(core.Softmax, ({ logits }, { dim }, k) => {
  const [axis = 0] = axesOf(dim, logits.shape);
  return k.tensor(k.apply('Softmax', [k.value(logits)], { axis }));
});
kernel<{ logits: TensorInfo }, core.LogSoftmaxAttrs>(core.LogSoftmax, ({ logits }, { axis: dim }, k) => {
  const [axis = 0] = axesOf(dim, logits.shape);
  return k.tensor(k.apply('LogSoftmax', [k.value(logits)], { axis }));
});

kernel<{ x: TensorInfo }, core.CumsumAttrs>(core.Cumsum, ({ x }, { axis, exclusive, reverse }, k) => {
  const [place = 0] = axesOf(axis, x.shape);
  return k.tensor(k.apply('CumSum', [k.value(x)], { axis: place, exclusive, reverse }));
});

kernel<{ x: TensorInfo }, core.TopKAttrs>(core.TopK, ({ x }, { k: count }, k: Context) =>
  k.node('TopK', [k.value(x)], { k: count }).map((value) => k.tensor(value)),
);
