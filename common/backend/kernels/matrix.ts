import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import type { Value } from '../graph.js';
import { TO_NCHW, TO_NHWC } from '../passes/layout.js';
import { type Context, kernel } from './register.js';

kernel<{ a: TensorInfo; b: TensorInfo }, core.BatchMatMulAttrs>(
  core.BatchMatMul,
  ({ a, b }, { transposeA, transposeB }, k) =>
    k.tensor(k.apply('MatMul', [k.value(a), k.value(b)], { transA: transposeA, transB: transposeB, alpha: 1 })),
);

// tfjs writes images NHWC and filters HWIO; the graph holds NCHW and OIHW. The transposes written here vanish in the layout pass.
const toNCHW = (k: Context, x: Value, dataFormat = 'NHWC') =>
  dataFormat === 'NCHW' ? x : k.apply('Transpose', [x], { perm: [...TO_NCHW] });
const fromNCHW = (k: Context, y: Value, dataFormat = 'NHWC') =>
  k.tensor(dataFormat === 'NCHW' ? y : k.apply('Transpose', [y], { perm: [...TO_NHWC] }));
const toOIHW = (k: Context, w: Value) => k.apply('Transpose', [w], { perm: [3, 2, 0, 1] });
const toHWIO = (k: Context, w: Value) => k.tensor(k.apply('Transpose', [w], { perm: [2, 3, 1, 0] }));

const windowOf = (info: core.backend_util.Conv2DInfo) => ({
  strides: [info.strideHeight, info.strideWidth] as const,
  dilations: [info.dilationHeight, info.dilationWidth] as const,
  pads: [info.padInfo.top, info.padInfo.left, info.padInfo.bottom, info.padInfo.right] as const,
});

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

kernel<{ x: TensorInfo; filter: TensorInfo }, core.Conv2DAttrs>(core.Conv2D, ({ x, filter }, attrs, k) => {
  const info = convInfo(x.shape, filter.shape, attrs);
  const window = {
    ...windowOf(info),
    kernel: [info.filterHeight, info.filterWidth] as const,
    groups: info.inChannels / (filter.shape[2] ?? 1),
  };
  return fromNCHW(
    k,
    k.apply('Conv', [toNCHW(k, k.value(x), attrs.dataFormat), toOIHW(k, k.value(filter))], window),
    attrs.dataFormat,
  );
});

kernel<{ dy: TensorInfo; filter: TensorInfo }, core.Conv2DBackpropInputAttrs>(
  core.Conv2DBackpropInput,
  ({ dy, filter }, attrs, k) => {
    const info = convInfo(attrs.inputShape, filter.shape, attrs);
    const inputShape = [info.batchSize, info.inChannels, info.inHeight, info.inWidth];
    const window = { ...windowOf(info), kernel: [info.filterHeight, info.filterWidth] as const, inputShape };
    return fromNCHW(
      k,
      k.apply('ConvInputGrad', [toNCHW(k, k.value(dy), attrs.dataFormat), toOIHW(k, k.value(filter))], window),
      attrs.dataFormat,
    );
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

kernel<{ x: TensorInfo }, PoolAttrs>(core.MaxPool, ({ x }, attrs, k) =>
  fromNCHW(k, k.apply('MaxPool', [toNCHW(k, k.value(x))], poolWindow(x.shape, attrs))),
);
kernel<{ dy: TensorInfo; input: TensorInfo; output: TensorInfo }, PoolAttrs>(
  core.MaxPoolGrad,
  ({ dy, input, output }, attrs, k) => {
    const values = [dy, input, output].map((info) => toNCHW(k, k.value(info)));
    return fromNCHW(k, k.apply('MaxPoolGrad', values, poolWindow(input.shape, attrs)));
  },
);
kernel<{ x: TensorInfo }, PoolAttrs>(core.AvgPool, ({ x }, attrs, k) =>
  fromNCHW(k, k.apply('AveragePool', [toNCHW(k, k.value(x))], poolWindow(x.shape, attrs))),
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
