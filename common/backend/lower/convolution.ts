import type { Window2D } from '../ops.js';
import type { Emitter } from './emitter.js';
import { product } from './matrix.js';
import { arg, item, type LowerRule } from './rule.js';
import { outputPadding, reachOf, windowAttrs } from './window.js';

const conv: LowerRule<'Conv'> = (emit, inputs, { attrs }) => [
  emit.op('Conv', inputs, { ...windowAttrs(attrs), group: attrs.groups }),
];

/** Weights OIHW turned by 180° with in and out channels exchanged. */
function turned(emit: Emitter, w: string, [h, wide]: readonly [number, number], dims: readonly number[]): string {
  const [o, i, cells] = [item(dims, 0), item(dims, 1), h * wide];
  if (cells === 1) return emit.op('Transpose', [w], { perm: [1, 0, 2, 3] });
  // A product with a mirrored identity turns the cells: a Slice backwards or a Gather goes value by value, four times as long.
  const mirror = Float32Array.from({ length: cells * cells }, (_, k) =>
    Number((k % cells) + Math.floor(k / cells) === cells - 1),
  );
  const rows = emit.op('Reshape', [w, emit.int64([o * i, cells])]);
  const mirrored = emit.op('MatMul', [rows, emit.data('float32', [cells, cells], mirror)]);
  const swapped = emit.op('Transpose', [emit.op('Reshape', [mirrored, emit.int64([o, i, cells])])], {
    perm: [1, 0, 2],
  });
  return emit.op('Reshape', [swapped, emit.int64([i, o, h, wide])]);
}

const convInputGrad: LowerRule<'ConvInputGrad'> = (emit, inputs, { attrs, inputs: values }) => {
  const [dy, w] = [arg(inputs, 0), arg(inputs, 1)];
  const { kernel, strides, pads, dilations, inputShape } = attrs;
  const reach = reachOf(attrs);
  const turnedPads = [reach[0] - pads[0], reach[1] - pads[1], reach[0] - pads[2], reach[1] - pads[3]];
  if (strides[0] === 1 && strides[1] === 1 && turnedPads.every((p) => p >= 0)) {
    const weights = turned(emit, w, kernel, item(values, 1).shape);
    return [emit.op('Conv', [dy, weights], { kernel_shape: kernel, strides: [1, 1], pads: turnedPads, dilations })];
  }
  const rest = outputPadding(attrs, inputShape, item(values, 0).shape);
  return [emit.op('ConvTranspose', [dy, w], { ...windowAttrs(attrs), output_padding: rest })];
};

/**
 * dw[o,i,u,v] = Σ over images and places of dy[o]·x[i] shifted by (u, v): a product of matrices for each cell of the kernel, over
 * contiguous slices of the padded image. Two forms: batched over images with a sum after (A), which pays while the image is large,
 * and over all images at once with channels first (D), which pays where the image is small and its products would be too.
 */
const convFilterGrad: LowerRule<'ConvFilterGrad'> = (emit, inputs, { attrs, inputs: values }) => {
  const { kernel, strides, pads, dilations } = attrs;
  const [x, dy] = [arg(inputs, 0), arg(inputs, 1)];
  const [batch, inChannels] = [item(item(values, 0).shape, 0), item(item(values, 0).shape, 1)];
  const [, outChannels, h, w] = item(values, 1).shape as [number, number, number, number];
  const padded = pads.some((p) => p > 0)
    ? emit.op('Pad', [x, emit.int64([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]]), emit.float(0)])
    : x;
  const byImage = h * w >= 256;
  const swap = { perm: [1, 0, 2, 3] };
  const image = byImage ? padded : emit.op('Transpose', [padded], swap);
  const places = h * w * (byImage ? 1 : batch);
  const gradient = byImage
    ? emit.op('Reshape', [dy, emit.int64([batch, outChannels, places])])
    : emit.op('Reshape', [emit.op('Transpose', [dy], swap), emit.int64([outChannels, places])]);
  // Few channels make thin products: there the slices are joined into one.
  const joined = byImage && inChannels * kernel[0] * kernel[1] <= 128 && kernel[0] * kernel[1] > 1;
  const cells: string[] = [];
  for (let u = 0; u < kernel[0]; u++) {
    for (let v = 0; v < kernel[1]; v++) {
      const top = u * dilations[0];
      const left = v * dilations[1];
      const shifted =
        kernel[0] * kernel[1] === 1 && strides[0] * strides[1] === 1
          ? image
          : emit.op('Slice', [
              image,
              emit.int64([top, left]),
              emit.int64([top + (h - 1) * strides[0] + 1, left + (w - 1) * strides[1] + 1]),
              emit.int64([2, 3]),
              emit.int64(strides),
            ]);
      if (byImage) {
        const flat = emit.op('Reshape', [shifted, emit.int64([batch, inChannels, places])]);
        if (joined) {
          cells.push(flat);
          continue;
        }
        const products = product(emit, [gradient, flat], { transB: true }, [3, 3]);
        cells.push(emit.op('ReduceSum', [products, emit.int64([0])], { keepdims: 0 }));
      } else {
        const flat = emit.op('Reshape', [shifted, emit.int64([inChannels, places])]);
        cells.push(emit.op('Gemm', [gradient, flat], { transB: 1 }));
      }
    }
  }
  if (joined) {
    const columns = emit.op('Concat', cells, { axis: 1 });
    const products = product(emit, [gradient, columns], { transB: true }, [3, 3]);
    const sum = emit.op('ReduceSum', [products, emit.int64([0])], { keepdims: 0 });
    const split = emit.op('Reshape', [sum, emit.int64([outChannels, kernel[0] * kernel[1], inChannels])]);
    const ordered = emit.op('Transpose', [split], { perm: [0, 2, 1] });
    return [emit.op('Reshape', [ordered, emit.int64([outChannels, inChannels, ...kernel])])];
  }
  if (cells.length === 1)
    return [emit.op('Reshape', [item(cells, 0), emit.int64([outChannels, inChannels, ...kernel])])];
  const columns = cells.map((cell) => emit.op('Reshape', [cell, emit.int64([outChannels, inChannels, 1])]));
  const all = emit.op('Concat', columns, { axis: 2 });
  return [emit.op('Reshape', [all, emit.int64([outChannels, inChannels, ...kernel])])];
};

// Without the places ONNX Runtime takes a faster way, so they are asked for only where a gradient needs them.
const maxPool: LowerRule<'MaxPool'> = (emit, inputs, { attrs, outputs }) =>
  emit.ops('MaxPool', inputs, emit.isUsed(item(outputs, 1)) ? 2 : 1, windowAttrs(attrs));

/** The gradients are added up at the places that MaxPool told. */
const maxPoolGrad: LowerRule<'MaxPoolGrad'> = (emit, inputs, { attrs, inputs: values }) => {
  const [dy, places] = [arg(inputs, 0), arg(inputs, 2)];
  const { shape } = item(values, 1);
  const overlap = attrs.strides[0] < attrs.kernel[0] || attrs.strides[1] < attrs.kernel[1];
  if (!overlap) {
    const bounds = windowAttrs(attrs);
    return [
      emit.op('MaxUnpool', [dy, places, emit.shape(shape)], {
        kernel_shape: bounds.kernel_shape,
        strides: bounds.strides,
        pads: bounds.pads,
      }),
    ];
  }
  const flat = emit.int64([-1]);
  const zeros = emit.op('Expand', [emit.float(0), emit.int64([shape.reduce((a, b) => a * b, 1)])]);
  const sums = emit.op('ScatterElements', [zeros, emit.op('Reshape', [places, flat]), emit.op('Reshape', [dy, flat])], {
    axis: 0,
    reduction: 'add',
  });
  return [emit.op('Reshape', [sums, emit.int64(shape)])];
};

/**
 * Windows that tile the image need no places, which cost MaxPool twenty times its own time: the image is split into one tensor a cell of
 * the window, and a cell takes the gradient where it equals its window's maximum and no cell before it does.
 */
const tiledMaxPoolGrad: LowerRule<'TiledMaxPoolGrad'> = (emit, inputs, { attrs, inputs: values }) => {
  const { shape } = item(values, 1);
  const [kh, kw] = attrs.kernel;
  const [batch, channels, h, w] = item(values, 0).shape as [number, number, number, number];
  const rows = batch * channels * h;
  const parts = (x: string, count: number, axis: number) =>
    count === 1 ? [x] : emit.ops('Split', [x, emit.int64(Array.from({ length: count }, () => 1))], count, { axis });
  const cell = emit.int64([rows, w]);
  const y = emit.op('Reshape', [arg(inputs, 2), cell]);
  const dy = emit.op('Reshape', [arg(inputs, 0), cell]);
  const columns = parts(emit.op('Reshape', [arg(inputs, 1), emit.int64([rows, kh, w, kw])]), kw, 3);
  const cells = columns.map((column) => parts(column, kh, 1).map((x) => emit.op('Reshape', [x, cell])));
  let taken: string | undefined;
  const gradients = Array.from({ length: kh }, (_, u) => {
    const row = cells.map((column) => {
      const hit = emit.op('Equal', [item(column, u), y]);
      const first = taken === undefined ? hit : emit.op('And', [hit, emit.op('Not', [taken])]);
      taken = taken === undefined ? hit : emit.op('Or', [taken, hit]);
      const dx = emit.op('Mul', [emit.cast(first, 'float32'), dy]);
      return emit.op('Reshape', [dx, emit.int64([rows, w, 1])]);
    });
    const joined = row.length === 1 ? item(row, 0) : emit.op('Concat', row, { axis: 2 });
    return emit.op('Reshape', [joined, emit.int64([rows, 1, w * kw])]);
  });
  const dx = gradients.length === 1 ? item(gradients, 0) : emit.op('Concat', gradients, { axis: 1 });
  return [emit.op('Reshape', [dx, emit.int64(shape)])];
};

const averagePool: LowerRule<'AveragePool'> = (emit, inputs, { attrs }) => [
  emit.op('AveragePool', inputs, { ...windowAttrs(attrs), count_include_pad: 0 }),
];

/** How many cells of each window lie inside the image, inverted. */
function inverseCounts(
  window: Window2D,
  [height, width]: readonly [number, number],
  [h, w]: readonly [number, number],
): Float32Array {
  const { kernel, strides, pads, dilations } = window;
  const inside = (place: number, axis: 0 | 1, size: number) => {
    let count = 0;
    for (let k = 0; k < kernel[axis]; k++) {
      const at = place * strides[axis] + k * dilations[axis] - pads[axis];
      if (at >= 0 && at < size) count++;
    }
    return count;
  };
  return Float32Array.from(
    { length: h * w },
    (_, i) => 1 / (inside(Math.floor(i / w), 0, height) * inside(i % w, 1, width)),
  );
}

// A transposed convolution of each channel with ones spreads a window's gradient over its cells.
const averagePoolGrad: LowerRule<'AveragePoolGrad'> = (emit, inputs, { attrs, inputs: values }) => {
  const [batch, channels, height, width] = attrs.inputShape as [number, number, number, number];
  const [, , h, w] = item(values, 0).shape as [number, number, number, number];
  const counts = emit.data('float32', [1, 1, h, w], inverseCounts(attrs, [height, width], [h, w]));
  const share = emit.op('Mul', [arg(inputs, 0), counts]);
  const [kh, kw] = attrs.kernel;
  const weights = emit.data('float32', [1, 1, kh, kw], new Float32Array(kh * kw).fill(1));
  const images = emit.op('Reshape', [share, emit.int64([batch * channels, 1, h, w])]);
  const rest = outputPadding(attrs, attrs.inputShape, item(values, 0).shape);
  const spread = emit.op('ConvTranspose', [images, weights], { ...windowAttrs(attrs), output_padding: rest });
  return [emit.op('Reshape', [spread, emit.int64([batch, channels, height, width])])];
};

export const convolutionRules = {
  Conv: conv,
  ConvInputGrad: convInputGrad,
  ConvFilterGrad: convFilterGrad,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  TiledMaxPoolGrad: tiledMaxPoolGrad,
  AveragePool: averagePool,
  AveragePoolGrad: averagePoolGrad,
};
