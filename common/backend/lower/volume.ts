import { sizeOf } from '../graph.js';
import type { Window3D } from '../ops.js';
import { product } from './matrix.js';
import { arg, item, type LowerRule } from './rule.js';

// Convolutions and pools over [batch, channels, depth, height, width].

const windowAttrs = ({ kernel, strides, pads, dilations }: Window3D) => ({
  kernel_shape: kernel,
  strides,
  pads,
  dilations,
});

/** What a transposed convolution must add at the end so that its result has the length that the forward one came from. */
const outputPadding = (window: Window3D, inputShape: readonly number[], out: readonly number[]): number[] =>
  window.kernel.map((k, i) => {
    const padded = item(inputShape, 2 + i) + item(window.pads, i) + item(window.pads, 3 + i);
    return padded - ((item(out, 2 + i) - 1) * item(window.strides, i) + item(window.dilations, i) * (k - 1) + 1);
  });

const conv3D: LowerRule<'Conv3D'> = (emit, inputs, { attrs }) => [emit.op('Conv', inputs, windowAttrs(attrs))];

const conv3DInputGrad: LowerRule<'Conv3DInputGrad'> = (emit, inputs, { attrs, inputs: values }) => [
  emit.op('ConvTranspose', inputs, {
    ...windowAttrs(attrs),
    output_padding: outputPadding(attrs, attrs.inputShape, item(values, 0).shape),
  }),
];

/** A product of matrices for each cell of the kernel, as for images. */
const conv3DFilterGrad: LowerRule<'Conv3DFilterGrad'> = (emit, inputs, { attrs, inputs: values }) => {
  const { kernel, strides, pads, dilations } = attrs;
  const [batch, inChannels] = item(values, 0).shape as [number, number];
  const [, outChannels, ...sizes] = item(values, 1).shape as [number, number, number, number, number];
  const places = sizeOf(sizes);
  const x = pads.some((p) => p > 0)
    ? emit.op('Pad', [arg(inputs, 0), emit.int64([0, 0, ...pads.slice(0, 3), 0, 0, ...pads.slice(3)]), emit.float(0)])
    : arg(inputs, 0);
  const gradient = emit.op('Reshape', [arg(inputs, 1), emit.int64([batch, outChannels, places])]);
  const cells = Array.from({ length: sizeOf(kernel) }, (_, cell) => {
    const at = [Math.floor(cell / (kernel[1] * kernel[2])), Math.floor(cell / kernel[2]) % kernel[1], cell % kernel[2]];
    const starts = at.map((place, i) => place * item(dilations, i));
    const ends = starts.map((start, i) => start + (item(sizes, i) - 1) * item(strides, i) + 1);
    const shifted = emit.op('Slice', [
      x,
      emit.int64(starts),
      emit.int64(ends),
      emit.int64([2, 3, 4]),
      emit.int64(strides),
    ]);
    const flat = emit.op('Reshape', [shifted, emit.int64([batch, inChannels, places])]);
    const products = product(emit, [gradient, flat], { transB: true }, [3, 3]);
    const sum = emit.op('ReduceSum', [products, emit.int64([0])], { keepdims: 0 });
    return emit.op('Reshape', [sum, emit.int64([outChannels, inChannels, 1])]);
  });
  const all = cells.length === 1 ? item(cells, 0) : emit.op('Concat', cells, { axis: 2 });
  return [emit.op('Reshape', [all, emit.int64([outChannels, inChannels, ...kernel])])];
};

const maxPool3D: LowerRule<'MaxPool3D'> = (emit, inputs, { attrs }) => [emit.op('MaxPool', inputs, windowAttrs(attrs))];

const maxPool3DGrad: LowerRule<'MaxPool3DGrad'> = (emit, inputs, { attrs, inputs: values }) => {
  const { shape } = item(values, 1);
  const places = emit.ops('MaxPool', [arg(inputs, 1)], 2, windowAttrs(attrs))[1] ?? '';
  const flat = emit.int64([-1]);
  const zeros = emit.op('Expand', [emit.float(0), emit.int64([sizeOf(shape)])]);
  const sums = emit.op(
    'ScatterElements',
    [zeros, emit.op('Reshape', [places, flat]), emit.op('Reshape', [arg(inputs, 0), flat])],
    { axis: 0, reduction: 'add' },
  );
  return [emit.op('Reshape', [sums, emit.int64(shape)])];
};

const averagePool3D: LowerRule<'AveragePool3D'> = (emit, inputs, { attrs }) => [
  emit.op('AveragePool', inputs, { ...windowAttrs(attrs), count_include_pad: 0 }),
];

/** How many cells of each window lie inside the volume, inverted. */
function inverseCounts(
  { kernel, strides, pads, dilations }: Window3D,
  sizes: readonly number[],
  out: readonly number[],
): Float32Array {
  const along = kernel.map((k, axis) =>
    Array.from({ length: item(out, axis) }, (_, place) => {
      let count = 0;
      for (let i = 0; i < k; i++) {
        const at = place * item(strides, axis) + i * item(dilations, axis) - item(pads, axis);
        if (at >= 0 && at < item(sizes, axis)) count++;
      }
      return count;
    }),
  );
  const [d, h, w] = along.map((counts) => Float32Array.from(counts)) as [Float32Array, Float32Array, Float32Array];
  return Float32Array.from({ length: d.length * h.length * w.length }, (_, i) => {
    const column = i % w.length;
    const row = Math.floor(i / w.length) % h.length;
    const slice = Math.floor(i / (w.length * h.length));
    return 1 / ((d[slice] ?? 1) * (h[row] ?? 1) * (w[column] ?? 1));
  });
}

const averagePool3DGrad: LowerRule<'AveragePool3DGrad'> = (emit, inputs, { attrs, inputs: values }) => {
  const [batch, channels, ...sizes] = attrs.inputShape as [number, number, number, number, number];
  const out = item(values, 0).shape;
  const counts = emit.data('float32', [1, 1, ...out.slice(2)], inverseCounts(attrs, sizes, out.slice(2)));
  const share = emit.op('Mul', [arg(inputs, 0), counts]);
  const weights = emit.data('float32', [1, 1, ...attrs.kernel], new Float32Array(sizeOf(attrs.kernel)).fill(1));
  const volumes = emit.op('Reshape', [share, emit.int64([batch * channels, 1, ...out.slice(2)])]);
  const spread = emit.op('ConvTranspose', [volumes, weights], {
    ...windowAttrs(attrs),
    output_padding: outputPadding(attrs, attrs.inputShape, out),
  });
  return [emit.op('Reshape', [spread, emit.int64(attrs.inputShape)])];
};

/** ONNX counts places through [batch, channels, height, width]; tfjs through [height, width, channels], with the batch where it is asked. */
const maxPoolWithArgmax: LowerRule<'MaxPoolWithArgmax'> = (emit, inputs, { attrs, inputs: values }) => {
  const { kernel, strides, pads, dilations, batchInIndex } = attrs;
  const [, channels, height, width] = item(values, 0).shape as [number, number, number, number];
  // NaN is passed over, as tfjs does here.
  const clean = emit.op('Where', [
    emit.op('IsNaN', [arg(inputs, 0)]),
    emit.float(Number.NEGATIVE_INFINITY),
    arg(inputs, 0),
  ]);
  const [pooled, places] = emit.ops('MaxPool', [clean], 2, { kernel_shape: kernel, strides, pads, dilations });
  const number = (value: number) => emit.scalar('int64', value);
  const area = height * width;
  const inImage = emit.op('Mod', [places ?? '', number(area)]);
  const plane = emit.op('Div', [places ?? '', number(area)]);
  const channel = emit.op('Mod', [plane, number(channels)]);
  const local = emit.op('Add', [emit.op('Mul', [inImage, number(channels)]), channel]);
  const batch = emit.op('Mul', [emit.op('Div', [plane, number(channels)]), number(area * channels)]);
  const index = batchInIndex ? emit.op('Add', [local, batch]) : local;
  return [pooled ?? '', emit.cast(index, 'int32')];
};

export const volumeRules = {
  Conv3D: conv3D,
  Conv3DInputGrad: conv3DInputGrad,
  Conv3DFilterGrad: conv3DFilterGrad,
  MaxPool3D: maxPool3D,
  MaxPool3DGrad: maxPool3DGrad,
  AveragePool3D: averagePool3D,
  AveragePool3DGrad: averagePool3DGrad,
  MaxPoolWithArgmax: maxPoolWithArgmax,
};
