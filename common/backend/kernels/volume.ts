import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { sizeOf, type Value } from '../graph.js';
import type { Window3D } from '../ops.js';
import { cast, transpose } from './expressions.js';
import { type Context, kernel } from './register.js';

// Convolutions and pools over volumes: tfjs holds them [batch, depth, height, width, channels], the graph channels first.

type Shape5 = [number, number, number, number, number];
const shape5 = (shape: readonly number[]): Shape5 => {
  const [n, d, h, w, c] = shape;
  if (n === undefined || d === undefined || h === undefined || w === undefined || c === undefined)
    throw new Error(`a batch of volumes has five axes, not [${shape}]`);
  return [n, d, h, w, c];
};

const channelsFirst = (k: Context, x: TensorInfo): Value =>
  transpose(k, cast(k, k.value(x), 'float32'), [0, 4, 1, 2, 3]);
const channelsLast = (k: Context, y: Value): TensorInfo => k.tensor(transpose(k, y, [0, 2, 3, 4, 1]));
const toOIDHW = (k: Context, w: TensorInfo): Value => transpose(k, k.value(w), [4, 3, 0, 1, 2]);

const windowOf = (info: core.backend_util.Conv3DInfo): Window3D => ({
  kernel: [info.filterDepth, info.filterHeight, info.filterWidth],
  strides: [info.strideDepth, info.strideHeight, info.strideWidth],
  dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
  pads: [
    info.padInfo.front,
    info.padInfo.top,
    info.padInfo.left,
    info.padInfo.back,
    info.padInfo.bottom,
    info.padInfo.right,
  ],
});
const firstShape = (shape: readonly number[]): number[] => {
  const [n, d, h, w, c] = shape5(shape);
  return [n, c, d, h, w];
};

interface ConvAttrs {
  strides: [number, number, number] | number;
  pad: 'valid' | 'same';
  dilations?: [number, number, number] | number;
}
const convWindow = (
  inShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dilations = 1 }: ConvAttrs,
) => windowOf(core.backend_util.computeConv3DInfo(shape5(inShape), shape5(filterShape), strides, dilations, pad));

kernel<{ x: TensorInfo; filter: TensorInfo }, core.Conv3DAttrs>(core.Conv3D, ({ x, filter }, attrs, k) =>
  channelsLast(
    k,
    k.apply('Conv3D', [channelsFirst(k, x), toOIDHW(k, filter)], convWindow(x.shape, filter.shape, attrs)),
  ),
);
kernel<{ dy: TensorInfo; filter: TensorInfo }, core.Conv3DBackpropInputV2Attrs & ConvAttrs>(
  core.Conv3DBackpropInputV2,
  ({ dy, filter }, attrs, k) => {
    const window = { ...convWindow(attrs.inputShape, filter.shape, attrs), inputShape: firstShape(attrs.inputShape) };
    return channelsLast(k, k.apply('Conv3DInputGrad', [channelsFirst(k, dy), toOIDHW(k, filter)], window));
  },
);
kernel<{ x: TensorInfo; dy: TensorInfo }, core.Conv3DBackpropFilterV2Attrs & ConvAttrs>(
  core.Conv3DBackpropFilterV2,
  ({ x, dy }, attrs, k) => {
    const window = convWindow(x.shape, attrs.filterShape, attrs);
    const filter = k.apply('Conv3DFilterGrad', [channelsFirst(k, x), channelsFirst(k, dy)], window);
    return k.tensor(transpose(k, filter, [2, 3, 4, 1, 0]));
  },
);

interface PoolAttrs {
  filterSize: [number, number, number] | number;
  strides: [number, number, number] | number;
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}
const poolWindow = (shape: readonly number[], { filterSize, strides, pad, dimRoundingMode }: PoolAttrs) =>
  windowOf(core.backend_util.computePool3DInfo(shape5(shape), filterSize, strides, 1, pad, dimRoundingMode));

const pooling = (name: string, op: 'MaxPool3D' | 'AveragePool3D') => {
  kernel<{ x: TensorInfo }, PoolAttrs>(name, ({ x }, attrs, k) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const info = core.backend_util.computePool3DInfo(shape5(x.shape), filterSize, strides, 1, pad, dimRoundingMode);
    const window = windowOf(info);
    const shape = info.outShape.map((d) => Math.max(d, 0));
    if (sizeOf(shape) === 0) return k.tensor(k.apply('Fill', [], { shape, dtype: 'float32', value: 0 }));
    // ONNX Runtime refuses windows that lie in the padding altogether.
    if (window.pads.some((p, i) => p >= (window.kernel[i % 3] ?? 1))) return k.host(name, { x }, attrs);
    return channelsLast(k, k.apply(op, [channelsFirst(k, x)], window));
  });
};
pooling(core.MaxPool3D, 'MaxPool3D');
pooling(core.AvgPool3D, 'AveragePool3D');

kernel<{ dy: TensorInfo; input: TensorInfo }, PoolAttrs>(core.MaxPool3DGrad, ({ dy, input }, attrs, k) =>
  channelsLast(
    k,
    k.apply('MaxPool3DGrad', [channelsFirst(k, dy), channelsFirst(k, input)], poolWindow(input.shape, attrs)),
  ),
);
kernel<{ dy: TensorInfo; input: TensorInfo }, PoolAttrs>(core.AvgPool3DGrad, ({ dy, input }, attrs, k) => {
  const window = { ...poolWindow(input.shape, attrs), inputShape: firstShape(input.shape) };
  return channelsLast(k, k.apply('AveragePool3DGrad', [channelsFirst(k, dy)], window));
});
