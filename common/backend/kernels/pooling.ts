import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { sameShape, sizeOf } from '../graph.js';
import { cast } from './expressions.js';
import { fromNCHW, toNCHW } from './layout.js';
import { nothing, shape4, windowOf } from './matrix.js';
import { kernel } from './register.js';

interface PoolAttrs {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | core.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const poolWindow = (shape: readonly number[], { filterSize, strides, pad, dimRoundingMode }: PoolAttrs) => {
  const info = core.backend_util.computePool2DInfo(shape4(shape), filterSize, strides, 1, pad, dimRoundingMode);
  return { ...windowOf(info), kernel: [info.filterHeight, info.filterWidth] as const };
};

const pooling = (name: string, op: 'MaxPool' | 'AveragePool') => {
  kernel<{ x: TensorInfo }, PoolAttrs>(name, ({ x }, attrs, k) => {
    const info = core.backend_util.computePool2DInfo(
      shape4(x.shape), attrs.filterSize, attrs.strides, 1, attrs.pad, attrs.dimRoundingMode,
    ); // biome-ignore format: one call
    const window = poolWindow(x.shape, attrs);
    if (sizeOf(window.kernel) === 1 && sameShape(info.inShape, info.outShape)) return k.share(x);
    if (sizeOf(info.outShape) === 0) return k.tensor(nothing(k, info.outShape));
    // ONNX Runtime refuses windows that lie in the padding altogether.
    if (window.pads.some((p, i) => p >= (window.kernel[i % 2] ?? 1))) return k.host(name, { x }, attrs);
    return fromNCHW(k, k.apply(op, [toNCHW(k, cast(k, k.value(x), 'float32'))], window));
  });
};
pooling(core.MaxPool, 'MaxPool');
pooling(core.AvgPool, 'AveragePool');

kernel<{ dy: TensorInfo; input: TensorInfo; output: TensorInfo }, PoolAttrs>(
  core.MaxPoolGrad,
  ({ dy, input }, attrs, k) => {
    const window = poolWindow(input.shape, attrs);
    const x = toNCHW(k, k.value(input));
    // The same node as the forward pass made: it tells the places of the maxima as well, and is computed once.
    const [y, places] = k.node('MaxPool', [x], window);
    if (y === undefined || places === undefined) throw new Error('max pooling gives its places');
    const { kernel: sides, strides, pads } = window;
    const tiled =
      pads.every((p) => p === 0) &&
      [0, 1].every((i) => sides[i] === strides[i] && (x.shape[2 + i] ?? 0) % (sides[i] ?? 1) === 0);
    const grad = toNCHW(k, k.value(dy));
    return fromNCHW(
      k,
      tiled ? k.apply('TiledMaxPoolGrad', [grad, x, y], window) : k.apply('MaxPoolGrad', [grad, x, places], window),
    );
  },
);
kernel<{ dy: TensorInfo; input: TensorInfo }, PoolAttrs>(core.AvgPoolGrad, ({ dy, input }, attrs, k) => {
  const [n, h, w, c] = shape4(input.shape);
  const window = { ...poolWindow(input.shape, attrs), inputShape: [n, c, h, w] };
  return fromNCHW(k, k.apply('AveragePoolGrad', [toNCHW(k, k.value(dy))], window));
});

kernel<{ x: TensorInfo }, core.MaxPoolWithArgmaxAttrs>(
  core.MaxPoolWithArgmax,
  ({ x }, { includeBatchInIndex, ...attrs }, k) => {
    const window = { ...poolWindow(x.shape, attrs), batchInIndex: includeBatchInIndex };
    return k.node('MaxPoolWithArgmax', [toNCHW(k, k.value(x))], window).map((value) => fromNCHW(k, value));
  },
);
