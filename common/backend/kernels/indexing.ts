import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import type { Value } from '../graph.js';
import { cast, mul, reshape, slice, transpose } from './expressions.js';
import { type Context, kernel } from './register.js';

/** An index that is known when the kernel is called and does not fit is told there; one that is computed is told by ONNX Runtime. */
function checkIndices(k: Context, indices: TensorInfo, shape: readonly number[]): void {
  const data = k.known(indices);
  const rank = indices.shape[indices.shape.length - 1] ?? 1;
  if (data === undefined) return;
  for (let i = 0; i < data.length; i++) {
    const [index = 0, length = 0] = [data[i], shape[i % rank]];
    if (index < 0 || index >= length) {
      const at = Array.from(data.subarray(i - (i % rank), i - (i % rank) + rank));
      throw new Error(`Invalid indices: ${at} does not index into ${shape}`);
    }
  }
}

kernel<{ params: TensorInfo; indices: TensorInfo }>(core.GatherNd, ({ params, indices }, _, k) => {
  const [shape] = core.backend_util.prepareAndValidate(params, indices);
  if (core.util.sizeFromShape(shape) === 0)
    return k.tensor(k.apply('Fill', [], { shape, dtype: k.value(params).dtype, value: 0 }));
  checkIndices(k, indices, params.shape);
  return k.tensor(k.apply('GatherND', [k.value(params), k.value(indices)], {}));
});

/** tfjs allows a vector of indices into the first axis of a vector of updates. */
const asRows = (k: Context, indices: TensorInfo): Value =>
  indices.shape.length > 1 ? k.value(indices) : reshape(k, k.value(indices), [...indices.shape, 1]);

/** Adds where two updates meet; bool has no sum in ONNX Runtime. */
kernel<{ indices: TensorInfo; updates: TensorInfo }, core.ScatterNdAttrs>(
  core.ScatterNd,
  ({ indices, updates }, { shape }, k) => {
    if (core.util.sizeFromShape(shape) === 0)
      return k.tensor(k.apply('Fill', [], { shape, dtype: k.value(updates).dtype, value: 0 }));
    const rows = asRows(k, indices);
    checkIndices(k, { ...indices, shape: [...rows.shape] }, shape);
    const values = k.value(updates);
    const sum = k.apply('ScatterAdd', [rows, values.dtype === 'bool' ? cast(k, values, 'int32') : values], {
      shape: [...shape],
    });
    return k.tensor(values.dtype === 'bool' ? cast(k, sum, 'bool') : sum);
  },
);

kernel<{ tensor: TensorInfo; indices: TensorInfo; updates: TensorInfo }>(
  core.TensorScatterUpdate,
  ({ tensor, indices, updates }, _, k) => {
    if (core.util.sizeFromShape(tensor.shape) === 0) return k.share(tensor);
    const rows = asRows(k, indices);
    checkIndices(k, { ...indices, shape: [...rows.shape] }, tensor.shape);
    const depth = rows.shape[rows.shape.length - 1] ?? 1;
    const wanted = [...rows.shape.slice(0, -1), ...tensor.shape.slice(depth)];
    const values = k.value(updates);
    const full = updates.shape.length === 0 ? k.apply('Expand', [values], { shape: wanted }) : values;
    return k.tensor(k.apply('ScatterUpdate', [k.value(tensor), rows, full], {}));
  },
);

kernel<{ x: TensorInfo }, core.StridedSliceAttrs>(core.StridedSlice, ({ x }, attrs, k) => {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  const info = core.slice_util.sliceInfo(
    x.shape, begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask,
  ); // biome-ignore format: one call
  if (info.isIdentity) return k.share(x, info.finalShape);
  if (info.finalShapeSparse.includes(0))
    return k.tensor(k.apply('Fill', [], { shape: info.finalShape, dtype: k.value(x).dtype, value: 0 }));
  const attributes = { starts: info.begin, ends: info.end, steps: info.strides };
  return k.tensor(reshape(k, k.apply('Slice', [k.value(x)], attributes), info.finalShape));
});

const equation = /^([a-zA-Z,.\s]*)->([a-zA-Z.\s]*)$/;
kernel<TensorInfo[], core.EinsumAttrs>(core.Einsum, (inputs, attrs, k) => {
  const text = attrs.equation.replace(/\s/g, '');
  const tensors = Object.values(inputs);
  // Checks the equation as tfjs does, and says the same where it is wrong.
  const { allDims, summedDims, idDims } = core.backend_util.decodeEinsumEquation(text, tensors.length);
  core.backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors as core.Tensor[]);
  if (!equation.test(text) || summedDims.length > 1e3) throw new Error(`einsum cannot read "${attrs.equation}"`);
  return k.tensor(k.apply('Einsum', tensors.map((info) => k.value(info)), { equation: text })); // biome-ignore format: one call
});

// A diagonal is a column of rows that are one longer than they should be, read without the last n values.
kernel<{ x: TensorInfo }>(core.Diag, ({ x }, _, k) => {
  const n = core.util.sizeFromShape(x.shape);
  const shape = [...x.shape, ...x.shape];
  const value = k.value(x);
  const numeric = value.dtype === 'bool' ? cast(k, value, 'int32') : value;
  const padded = k.apply('Pad', [reshape(k, numeric, [n, 1])], { before: [0, 0], after: [0, n], value: 0 });
  const square = reshape(k, slice(k, reshape(k, padded, [n * (n + 1)]), [0], [n * n]), shape);
  return k.tensor(cast(k, square, value.dtype));
});

kernel<object, core.RangeAttrs>(core.Range, (_, { start, stop, step, dtype }, k) => {
  if (start === stop || (start < stop && step < 0) || (stop < start && step > 1))
    return k.write(dtype === 'int32' ? new Int32Array() : new Float32Array(), [0]);
  const count = Math.abs(Math.ceil((stop - start) / step));
  const signed = stop < start && step === 1 ? -1 : step;
  const data = dtype === 'int32' ? new Int32Array(count) : new Float32Array(count);
  data[0] = start;
  // Added up in the array's own precision, as tfjs does.
  for (let i = 1; i < count; i++) data[i] = (data[i - 1] ?? 0) + signed;
  return k.write(data, [count]);
});

kernel<object, core.LinSpaceAttrs>(core.LinSpace, (_, { start, stop, num }, k) => {
  const step = (stop - start) / (num - 1);
  const data = new Float32Array(num);
  data[0] = start;
  for (let i = 1; i < num; i++) data[i] = (data[i - 1] ?? 0) + step;
  return k.write(data, [num]);
});

/** Hillis and Steele's scan: after the step of s, each place holds the product of the 2s places that end there. */
kernel<{ x: TensorInfo }, core.CumprodAttrs>(core.Cumprod, ({ x }, { axis, exclusive, reverse }, k) => {
  const [place = 0] = core.util.parseAxisParam(axis, [...x.shape]);
  const length = x.shape[place] ?? 1;
  const value = k.value(x);
  const shifted = (v: Value, by: number): Value => {
    const along = (list: number) => x.shape.map((_, i) => (i === place ? list : 0));
    const starts = along(reverse ? by : 0);
    const ends = x.shape.map((d, i) => (i === place && !reverse ? d - by : d));
    const rest = slice(k, v, starts, ends);
    return k.apply('Pad', [rest], { before: along(reverse ? 0 : by), after: along(reverse ? by : 0), value: 1 });
  };
  let product = value.dtype === 'bool' ? cast(k, value, 'int32') : value;
  if (exclusive)
    product =
      length <= 1 ? k.apply('Fill', [], { shape: x.shape, dtype: product.dtype, value: 1 }) : shifted(product, 1);
  for (let by = 1; by < length; by *= 2) product = mul(k, product, shifted(product, by));
  return k.tensor(product);
});

kernel<{ x: TensorInfo }, core.BatchToSpaceNDAttrs>(core.BatchToSpaceND, ({ x }, { blockShape, crops }, k) => {
  const block = core.util.sizeFromShape(blockShape);
  const { getReshaped, getPermuted, getReshapedPermuted, getSliceBeginCoords, getSliceSize } = core.backend_util;
  const apart = getReshaped([...x.shape], blockShape, block);
  const flat = getReshapedPermuted([...x.shape], blockShape, block);
  const starts = getSliceBeginCoords(crops, blockShape.length);
  const sizes = getSliceSize(flat, crops, blockShape.length);
  const moved = reshape(
    k,
    transpose(k, reshape(k, k.value(x), apart), getPermuted(apart.length, blockShape.length)),
    flat,
  );
  const from = flat.map((_, i) => starts[i] ?? 0);
  return k.tensor(slice(k, moved, from, from.map((start, i) => start + (sizes[i] ?? flat[i] ?? 0)))); // biome-ignore format: one call
});

kernel<{ x: TensorInfo }, core.SpaceToBatchNDAttrs>(core.SpaceToBatchND, ({ x }, { blockShape, paddings }, k) => {
  const block = core.util.sizeFromShape(blockShape);
  const { getReshaped, getPermuted, getReshapedPermuted } = core.backend_util;
  const before = x.shape.map((_, i) => paddings[i - 1]?.[0] ?? 0);
  const after = x.shape.map((_, i) => paddings[i - 1]?.[1] ?? 0);
  const padded = k.apply('Pad', [k.value(x)], { before, after, value: 0 });
  const shape = [...padded.shape];
  const apart = getReshaped(shape, blockShape, block, false);
  const moved = transpose(k, reshape(k, padded, apart), getPermuted(apart.length, blockShape.length, false));
  return k.tensor(reshape(k, moved, getReshapedPermuted(shape, blockShape, block, false)));
});

kernel<{ x: TensorInfo }, core.DepthToSpaceAttrs>(core.DepthToSpace, ({ x }, { blockSize, dataFormat }, k) => {
  const channelsFirst = dataFormat === 'NCHW';
  const [n = 0, p = 0, q = 0, r = 0] = x.shape;
  const [h, w, c] = channelsFirst ? [q, r, p] : [p, q, r];
  const depth = c / (blockSize * blockSize);
  const value = k.value(x);
  if (channelsFirst) {
    const apart = transpose(k, reshape(k, value, [n, blockSize, blockSize, depth, h, w]), [0, 3, 4, 1, 5, 2]);
    return k.tensor(reshape(k, apart, [n, depth, h * blockSize, w * blockSize]));
  }
  const apart = transpose(k, reshape(k, value, [n, h, w, blockSize, blockSize, depth]), [0, 1, 3, 2, 4, 5]);
  return k.tensor(reshape(k, apart, [n, h * blockSize, w * blockSize, depth]));
});
