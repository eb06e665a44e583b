import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { sizeOf, type Value } from '../graph.js';
import type { Window3D } from '../ops.js';
import { cast, slice, transpose } from './expressions.js';
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

// Where the stride is larger than the filter, tfjs starts inside of the volume: pads below 0, which ONNX has not. They are cut off.
const cutFrom = ({ pads }: Window3D) => {
  const cut = (list: readonly number[]) => [0, 0, ...list.map((p) => Math.max(0, -p))];
  return { before: cut(pads.slice(0, 3)), after: cut(pads.slice(3)) };
};
const isCut = ({ pads }: Window3D): boolean => pads.some((p) => p < 0);
const uncut = (window: Window3D): Window3D => {
  const [a, b, c, d, e, f] = window.pads;
  const most = (p: number) => Math.max(0, p);
  return { ...window, pads: [most(a), most(b), most(c), most(d), most(e), most(f)] };
};
/** The part of a volume that windows see. */
function seen(k: Context, x: Value, window: Window3D): Value {
  if (!isCut(window)) return x;
  const { before, after } = cutFrom(window);
  return slice(k, x, before, x.shape.map((d, i) => d - (after[i] ?? 0))); // biome-ignore format: one call
}
const seenShape = (shape: readonly number[], window: Window3D): number[] => {
  const { before, after } = cutFrom(window);
  return shape.map((d, i) => d - (before[i] ?? 0) - (after[i] ?? 0));
};
/** A gradient of the part that windows see, as one of the whole volume. */
const whole = (k: Context, dx: Value, window: Window3D): Value =>
  isCut(window) ? k.apply('Pad', [dx], { ...cutFrom(window), value: 0 }) : dx;

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

kernel<{ x: TensorInfo; filter: TensorInfo }, core.Conv3DAttrs>(core.Conv3D, ({ x, filter }, attrs, k) => {
  const window = convWindow(x.shape, filter.shape, attrs);
  const inputs = [seen(k, channelsFirst(k, x), window), toOIDHW(k, filter)];
  return channelsLast(k, k.apply('Conv3D', inputs, uncut(window)));
});
kernel<{ dy: TensorInfo; filter: TensorInfo }, core.Conv3DBackpropInputV2Attrs & ConvAttrs>(
  core.Conv3DBackpropInputV2,
  ({ dy, filter }, attrs, k) => {
    const window = convWindow(attrs.inputShape, filter.shape, attrs);
    const inputShape = seenShape(firstShape(attrs.inputShape), window);
    const inputs = [channelsFirst(k, dy), toOIDHW(k, filter)];
    return channelsLast(k, whole(k, k.apply('Conv3DInputGrad', inputs, { ...uncut(window), inputShape }), window));
  },
);
kernel<{ x: TensorInfo; dy: TensorInfo }, core.Conv3DBackpropFilterV2Attrs & ConvAttrs>(
  core.Conv3DBackpropFilterV2,
  ({ x, dy }, attrs, k) => {
    const window = convWindow(x.shape, attrs.filterShape, attrs);
    const inputs = [seen(k, channelsFirst(k, x), window), channelsFirst(k, dy)];
    const filter = k.apply('Conv3DFilterGrad', inputs, uncut(window));
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
    return channelsLast(k, k.apply(op, [seen(k, channelsFirst(k, x), window)], uncut(window)));
  });
};
pooling(core.MaxPool3D, 'MaxPool3D');
pooling(core.AvgPool3D, 'AveragePool3D');

kernel<{ dy: TensorInfo; input: TensorInfo }, PoolAttrs>(core.MaxPool3DGrad, ({ dy, input }, attrs, k) => {
  const window = poolWindow(input.shape, attrs);
  const inputs = [channelsFirst(k, dy), seen(k, channelsFirst(k, input), window)];
  return channelsLast(k, whole(k, k.apply('MaxPool3DGrad', inputs, uncut(window)), window));
});
kernel<{ dy: TensorInfo; input: TensorInfo }, PoolAttrs>(core.AvgPool3DGrad, ({ dy, input }, attrs, k) => {
  const window = poolWindow(input.shape, attrs);
  const inputShape = seenShape(firstShape(input.shape), window);
  const dx = k.apply('AveragePool3DGrad', [channelsFirst(k, dy)], { ...uncut(window), inputShape });
  return channelsLast(k, whole(k, dx, window));
});
