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
  return k.apply('MatMul', [left, right], { transA: transposeA, transB: transposeB, alpha: 1 });
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

const windowOf = (info: core.backend_util.Conv2DInfo) => {
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
const shape4 = (shape: readonly number[]): Shape4D => {
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

function conv2D(k: Context, x: TensorInfo, filter: TensorInfo, attrs: core.Conv2DAttrs): Value {
  const info = convInfo(x.shape, filter.shape, attrs);
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
    if (sizeOf(info.outShape) === 0)
      return k.tensor(k.apply('Fill', [], { shape: info.outShape, dtype: 'float32', value: 0 }));
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

kernel<
  { x: TensorInfo; scale?: TensorInfo; offset?: TensorInfo; mean: TensorInfo; variance: TensorInfo },
  core.FusedBatchNormAttrs
>(core.FusedBatchNorm, ({ x, scale, offset, mean, variance }, { varianceEpsilon }, k) => {
  const number = (value: number) => k.apply('Fill', [], { shape: [], dtype: 'float32', value });
  const deviation = k.apply('Rsqrt', [k.apply('Add', [k.value(variance), number(varianceEpsilon)], {})], {});
  const factor = scale === undefined ? deviation : k.apply('Mul', [deviation, k.value(scale)], {});
  const centred = k.apply('Mul', [k.apply('Sub', [k.value(x), k.value(mean)], {}), factor], {});
  return k.tensor(offset === undefined ? centred : k.apply('Add', [centred, k.value(offset)], {}));
});

kernel<{ x: TensorInfo }, core.MaxPoolWithArgmaxAttrs>(
  core.MaxPoolWithArgmax,
  ({ x }, { includeBatchInIndex, ...attrs }, k) => {
    const window = { ...poolWindow(x.shape, attrs), batchInIndex: includeBatchInIndex };
    return k.node('MaxPoolWithArgmax', [toNCHW(k, k.value(x))], window).map((value) => fromNCHW(k, value));
  },
);
