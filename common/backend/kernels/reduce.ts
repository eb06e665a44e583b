import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import type { ReduceOp } from '../ops.js';
import { cast } from './expressions.js';
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
      op === 'ReduceMean' ? cast(k, value, 'float32') : value.dtype === 'bool' ? cast(k, value, 'int32') : value;
    const result = k.apply(op, [number], { axes: axesOf(axis, x.shape), keepDims });
    // The largest of yes and no is one of them.
    return k.tensor(op === 'ReduceMax' || op === 'ReduceMin' ? cast(k, result, value.dtype) : result);
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
    // The largest and the smallest of nothing are no truth values: all of it is true, any of it is not.
    if (core.util.sizeFromShape(x.shape) === 0)
      return k.tensor(k.apply('Fill', [], { shape: found.shape, dtype: 'bool', value: Number(op === 'ReduceMin') }));
    return k.tensor(k.apply('Cast', [found], { to: 'bool' }));
  });
};
truth(core.All, 'ReduceMin');
truth(core.Any, 'ReduceMax');

const argument = (name: string, op: 'ArgMax' | 'ArgMin') => {
  kernel<{ x: TensorInfo }, { axis: number }>(name, ({ x }, { axis }, k) => {
    const [place = 0] = axesOf(axis, x.shape);
    const value = k.value(x);
    if (core.util.sizeFromShape(x.shape) === 0) {
      const shape = x.shape.filter((_, i) => i !== place);
      return k.tensor(k.apply('Fill', [], { shape, dtype: 'int32', value: 0 }));
    }
    return k.tensor(k.apply(op, [value.dtype === 'bool' ? cast(k, value, 'int32') : value], { axis: place }));
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
  const value = k.value(x);
  const number = value.dtype === 'bool' ? cast(k, value, 'int32') : value;
  return k.tensor(k.apply('CumSum', [number], { axis: place, exclusive, reverse }));
});

kernel<{ x: TensorInfo }, core.TopKAttrs>(core.TopK, ({ x }, { k: count }, k: Context) => {
  const value = k.value(x);
  const [values, places] = k.node('TopK', [value.dtype === 'bool' ? cast(k, value, 'int32') : value], { k: count });
  if (values === undefined || places === undefined) throw new Error('the largest values have places');
  return [k.tensor(cast(k, values, value.dtype)), k.tensor(places)];
});
