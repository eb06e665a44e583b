import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { sameShape, sizeOf, type Value } from '../graph.js';
import { activate } from './activation.js';
import { add, cast, reshape, slice, transpose } from './expressions.js';
import { fromNCHW, toFormat, toNCHW } from './layout.js';
import { type Context, kernel } from './register.js';

/** a·b of the last two axes; integers are multiplied as floats, whose products ONNX Runtime has. */
function product(k: Context, a: TensorInfo, b: TensorInfo, transposeA: boolean, transposeB: boolean): Value {
  const [left, right] = [cast(k, k.value(a), 'float32'), cast(k, k.value(b), 'float32')];
  const result = k.apply('MatMul', [left, right], { transA: transposeA, transB: transposeB, alpha: 1 });
  // ONNX Runtime does not broadcast over an axis of no length.
  return sizeOf(result.shape) === 0 ? nothing(k, result.shape) : result;
}

kernel<{ a: TensorInfo; b: TensorInfo }, core.BatchMatMulAttrs>(
  core.BatchMatMul,
  ({ a, b }, { transposeA, transposeB }, k) =>
    k.tensor(cast(k, product(k, a, b, transposeA, transposeB), a.dtype === 'int32' ? 'int32' : 'float32')),
);

interface Fused {
  bias?: TensorInfo;
  preluActivationWeights?: TensorInfo;
}

/** Adds the bias and applies the activation of a fused kernel; a vector belongs to the channels. */
function finish(
  k: Context,
  x: Value,
  { bias, preluActivationWeights }: Fused,
  { activation, leakyreluAlpha, dataFormat }: Partial<core.FusedConv2DAttrs>,
): Value {
  const perChannel = (info: TensorInfo): Value => {
    const vector = dataFormat === 'NCHW' && info.shape.length === 1 && info.shape[0] !== 1;
    return vector ? reshape(k, k.value(info), [info.shape[0] ?? 1, 1, 1]) : k.value(info);
  };
  const sum = bias ? add(k, x, perChannel(bias)) : x;
  return activate(k, sum, activation, {
    alpha: preluActivationWeights && perChannel(preluActivationWeights),
    leakyreluAlpha,
  });
}

kernel<{ a: TensorInfo; b: TensorInfo } & Fused, core._FusedMatMulAttrs>(
  core._FusedMatMul,
  ({ a, b, ...rest }, attrs, k) =>
    k.tensor(finish(k, product(k, a, b, attrs.transposeA, attrs.transposeB), rest, attrs)),
);

// tfjs writes images NHWC and filters HWIO; the graph holds NCHW and OIHW. The transposes written here vanish in the layout pass.
const toOIHW = (k: Context, w: Value) => k.apply('Transpose', [w], { perm: [3, 2, 0, 1] });
const toHWIO = (k: Context, w: Value) => k.tensor(k.apply('Transpose', [w], { perm: [2, 3, 1, 0] }));

/** The last pad of an axis: at least what the last window needs, where tfjs was asked to round the number of windows up. */
const lastPad = (pad: number, first: number, size: number, out: number, stride: number, reach: number): number =>
  Math.max(pad, (out - 1) * stride + reach - size - first);

export const windowOf = (info: core.backend_util.Conv2DInfo) => {
  const { top, left, bottom, right } = info.padInfo;
  const {
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    strideHeight,
    strideWidth,
    effectiveFilterHeight,
    effectiveFilterWidth,
  } = info;
  return {
    strides: [strideHeight, strideWidth] as const,
    dilations: [info.dilationHeight, info.dilationWidth] as const,
    pads: [
      top,
      left,
      lastPad(bottom, top, inHeight, outHeight, strideHeight, effectiveFilterHeight),
      lastPad(right, left, inWidth, outWidth, strideWidth, effectiveFilterWidth),
    ] as const,
  };
};

type Shape4D = [number, number, number, number];
export const shape4 = (shape: readonly number[]): Shape4D => {
  const [a, b, c, d] = shape;
  if (a === undefined || b === undefined || c === undefined || d === undefined)
    throw new Error(`shape [${shape}] has fewer than 4 axes`);
  return [a, b, c, d];
};

const convInfo = (
  inShape: readonly number[],
  filterShape: readonly number[],
  attrs: Omit<core.Conv2DAttrs, 'dilations'> & { dilations?: number | [number, number] },
) => {
  const format = core.backend_util.convertConv2DDataFormat(attrs.dataFormat);
  return core.backend_util.computeConv2DInfo(
    shape4(inShape),
    shape4(filterShape),
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    false,
    format,
  );
};

const windowOfConv = (info: core.backend_util.Conv2DInfo) => ({
  ...windowOf(info),
  kernel: [info.filterHeight, info.filterWidth] as const,
});

/** A result of no elements: of an image smaller than its filter, for one. */
export const nothing = (k: Context, shape: readonly number[]): Value =>
  k.apply('Fill', [], { shape: [...shape], dtype: 'float32', value: 0 });

function conv2D(k: Context, x: TensorInfo, filter: TensorInfo, attrs: core.Conv2DAttrs): Value {
  const info = convInfo(x.shape, filter.shape, attrs);
  if (sizeOf(info.outShape) === 0) return nothing(k, info.outShape);
  const window = { ...windowOfConv(info), groups: info.inChannels / (filter.shape[2] ?? 1) };
  const inputs = [
    toNCHW(k, cast(k, k.value(x), 'float32'), attrs.dataFormat),
    toOIHW(k, cast(k, k.value(filter), 'float32')),
  ];
  return toFormat(k, k.apply('Conv', inputs, window), attrs.dataFormat);
}

kernel<{ x: TensorInfo; filter: TensorInfo }, core.Conv2DAttrs>(core.Conv2D, ({ x, filter }, attrs, k) =>
  k.tensor(conv2D(k, x, filter, attrs)),
);
kernel<{ x: TensorInfo; filter: TensorInfo } & Fused, core.FusedConv2DAttrs>(
  core.FusedConv2D,
  ({ x, filter, ...rest }, attrs, k) => k.tensor(finish(k, conv2D(k, x, filter, attrs), rest, attrs)),
);

// Filters [h, w, in, multiplier] as ONNX's grouped convolution wants them: [in·multiplier, 1, h, w].
const toGrouped = (k: Context, w: Value): Value => {
  const [h = 1, wide = 1, channels = 1, multiplier = 1] = w.shape;
  return reshape(k, transpose(k, w, [2, 3, 0, 1]), [channels * multiplier, 1, h, wide]);
};

const depthwiseInfo = (
  inShape: readonly number[],
  filterShape: readonly number[],
  attrs: Omit<core.DepthwiseConv2dNativeAttrs, 'dataFormat'> & { dataFormat?: 'NHWC' | 'NCHW' },
) =>
  core.backend_util.computeConv2DInfo(
    shape4(inShape), shape4(filterShape), attrs.strides, attrs.dilations ?? 1, attrs.pad, attrs.dimRoundingMode, true,
    core.backend_util.convertConv2DDataFormat(attrs.dataFormat ?? 'NHWC'),
  ); // biome-ignore format: one call

function depthwise(k: Context, x: TensorInfo, filter: TensorInfo, attrs: core.DepthwiseConv2dNativeAttrs): Value {
  const info = depthwiseInfo(x.shape, filter.shape, attrs);
  if (sizeOf(info.outShape) === 0) return nothing(k, info.outShape);
  const inputs = [toNCHW(k, cast(k, k.value(x), 'float32'), attrs.dataFormat), toGrouped(k, k.value(filter))];
  return toFormat(k, k.apply('Conv', inputs, { ...windowOfConv(info), groups: info.inChannels }), attrs.dataFormat);
}

kernel<{ x: TensorInfo; filter: TensorInfo }, core.DepthwiseConv2dNativeAttrs>(
  core.DepthwiseConv2dNative,
  ({ x, filter }, attrs, k) => k.tensor(depthwise(k, x, filter, attrs)),
);
kernel<{ x: TensorInfo; filter: TensorInfo } & Fused, core.FusedDepthwiseConv2DAttrs>(
  core.FusedDepthwiseConv2D,
  ({ x, filter, ...rest }, attrs, k) => k.tensor(finish(k, depthwise(k, x, filter, attrs), rest, attrs)),
);
/** tfjs knows these gradients of NHWC images only; our own gradient of the convolution names the layout. */
interface Layout {
  dataFormat?: 'NHWC' | 'NCHW';
}
kernel<{ dy: TensorInfo; filter: TensorInfo }, core.DepthwiseConv2dNativeBackpropInputAttrs & Layout>(
  core.DepthwiseConv2dNativeBackpropInput,
  ({ dy, filter }, attrs, k) => {
    const info = depthwiseInfo(attrs.inputShape, filter.shape, attrs);
    const inputShape = [info.batchSize, info.inChannels, info.inHeight, info.inWidth];
    const inputs = [toNCHW(k, k.value(dy), attrs.dataFormat), toGrouped(k, k.value(filter))];
    return fromNCHW(k, k.apply('DepthwiseInputGrad', inputs, { ...windowOfConv(info), inputShape }), attrs.dataFormat);
  },
);
kernel<{ x: TensorInfo; dy: TensorInfo }, core.DepthwiseConv2dNativeBackpropFilterAttrs & Layout>(
  core.DepthwiseConv2dNativeBackpropFilter,
  ({ x, dy }, attrs, k) => {
    const info = depthwiseInfo(x.shape, attrs.filterShape, attrs);
    const [h, w, channels, multiplier] = attrs.filterShape;
    const images = [x, dy].map((image) => toNCHW(k, k.value(image), attrs.dataFormat));
    const grouped = k.apply('DepthwiseFilterGrad', images, windowOfConv(info));
    return k.tensor(transpose(k, reshape(k, grouped, [channels, multiplier, h, w]), [2, 3, 0, 1]));
  },
);

kernel<{ dy: TensorInfo; filter: TensorInfo }, core.Conv2DBackpropInputAttrs>(
  core.Conv2DBackpropInput,
  ({ dy, filter }, attrs, k) => {
    const info = convInfo(attrs.inputShape, filter.shape, attrs);
    const inputShape = [info.batchSize, info.inChannels, info.inHeight, info.inWidth];
    const window = { ...windowOf(info), kernel: [info.filterHeight, info.filterWidth] as const, inputShape };
    // A transposed convolution may ask for a smaller image than dy came from: what lies outside of it has no part in it.
    const wanted = [dy.shape[0] ?? 1, info.outChannels, info.outHeight, info.outWidth];
    const full = toNCHW(k, cast(k, k.value(dy), 'float32'), attrs.dataFormat);
    const gradient = sameShape(full.shape, wanted) ? full : slice(k, full, [0, 0, 0, 0], wanted);
    return fromNCHW(k, k.apply('ConvInputGrad', [gradient, toOIHW(k, k.value(filter))], window), attrs.dataFormat);
  },
);

kernel<{ x: TensorInfo; dy: TensorInfo }, core.Conv2DBackpropFilterAttrs>(
  core.Conv2DBackpropFilter,
  ({ x, dy }, attrs, k) => {
    const info = convInfo(x.shape, attrs.filterShape, attrs);
    const window = { ...windowOf(info), kernel: [info.filterHeight, info.filterWidth] as const };
    const inputs = [toNCHW(k, k.value(x), attrs.dataFormat), toNCHW(k, k.value(dy), attrs.dataFormat)];
    return toHWIO(k, k.apply('ConvFilterGrad', inputs, window));
  },
);

kernel<
  { x: TensorInfo; scale?: TensorInfo; offset?: TensorInfo; mean: TensorInfo; variance: TensorInfo },
  core.FusedBatchNormAttrs
>(core.FusedBatchNorm, ({ x, scale, offset, mean, variance }, { varianceEpsilon }, k) => {
  const number = (value: number, shape: number[] = []) => k.apply('Fill', [], { shape, dtype: 'float32', value });
  const channels = x.shape.at(-1) ?? 0;
  const aChannel = [mean, variance, scale, offset].every(
    (info) => info === undefined || (info.shape.length === 1 && info.shape[0] === channels),
  );
  // Images with a number a channel: one operator, which ONNX Runtime folds into the convolution before it where the weights are constants.
  if (x.shape.length === 4 && x.dtype === 'float32' && aChannel && sizeOf(x.shape) > 0) {
    const vector = (info: TensorInfo | undefined, otherwise: number) =>
      info === undefined ? number(otherwise, [channels]) : k.value(info);
    const inputs = [toNCHW(k, k.value(x)), vector(scale, 1), vector(offset, 0), k.value(mean), k.value(variance)];
    return fromNCHW(k, k.apply('BatchNorm', inputs, { eps: varianceEpsilon }));
  }
  const deviation = k.apply('Rsqrt', [k.apply('Add', [k.value(variance), number(varianceEpsilon)], {})], {});
  const factor = scale === undefined ? deviation : k.apply('Mul', [deviation, k.value(scale)], {});
  const centred = k.apply('Mul', [k.apply('Sub', [k.value(x), k.value(mean)], {}), factor], {});
  return k.tensor(offset === undefined ? centred : k.apply('Add', [centred, k.value(offset)], {}));
});
