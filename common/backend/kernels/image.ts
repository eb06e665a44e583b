import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import type { Value } from '../graph.js';
import { add, binary, cast, gather, mul, number, reshape, sub, table, unary, where } from './expressions.js';
import { type Context, kernel } from './register.js';

type Shape4 = [number, number, number, number];
const shape4 = ({ shape }: TensorInfo): Shape4 => {
  const [n, h, w, c] = shape;
  if (n === undefined || h === undefined || w === undefined || c === undefined)
    throw new Error(`an image batch has four axes, not [${shape}]`);
  return [n, h, w, c];
};

interface Resize {
  readonly alignCorners: boolean;
  readonly halfPixelCenters?: boolean;
}

/** Where each place of a resized axis lies in the original one. */
function sources(from: number, to: number, { alignCorners, halfPixelCenters }: Resize, half: number): number[] {
  const ratio = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  return Array.from({ length: to }, (_, i) => (halfPixelCenters === true ? ratio * (i + 0.5) - half : ratio * i));
}

/** For each place of a resized axis its two neighbours in the original one, and how far it lies towards the second. */
function neighbours(from: number, to: number, how: Resize): { low: number[]; high: number[]; fraction: number[] } {
  const places = sources(from, to, how, 0.5);
  const low = places.map((p) => Math.max(0, Math.floor(p)));
  return {
    low,
    high: places.map((p) => Math.min(from - 1, Math.max(0, Math.ceil(p)))),
    fraction: places.map((p, i) => p - (low[i] ?? 0)),
  };
}

const nearest = (from: number, to: number, how: Resize): number[] =>
  sources(from, to, how, 0).map((p) =>
    Math.max(0, Math.min(from - 1, how.alignCorners ? Math.round(p) : Math.floor(p))),
  );

const keyOf = (kind: string, from: number, to: number, { alignCorners, halfPixelCenters }: Resize) =>
  `${kind} ${from} ${to} ${alignCorners} ${halfPixelCenters === true}`;

/** One axis of a bilinear resize: two gathers and a blend. */
function blend(k: Context, x: Value, axis: number, to: number, how: Resize): Value {
  const from = x.shape[axis] ?? 1;
  const lists = neighbours(from, to, how);
  const places = (which: 'low' | 'high') =>
    gather(k, x, table(k, keyOf(which, from, to, how), [to], () => Int32Array.from(lists[which])), axis); // biome-ignore format: one call
  const low = places('low');
  if (lists.fraction.every((f) => f === 0)) return low;
  const shape = x.shape.map((_, i) => (i === axis ? to : 1));
  const fraction = table(k, `${keyOf('fraction', from, to, how)} ${shape}`, shape, () =>
    Float32Array.from(lists.fraction),
  );
  return add(k, low, mul(k, sub(k, places('high'), low), fraction));
}

kernel<{ images: TensorInfo }, core.ResizeBilinearAttrs>(
  core.ResizeBilinear,
  ({ images }, { size: [h, w], ...how }, k) => {
    const rows = blend(k, cast(k, k.value(images), 'float32'), 1, h, how);
    return k.tensor(blend(k, rows, 2, w, how));
  },
);

kernel<{ images: TensorInfo }, core.ResizeNearestNeighborAttrs>(
  core.ResizeNearestNeighbor,
  ({ images }, { size: [h, w], ...how }, k) => {
    const [, height, width] = shape4(images);
    const along = (x: Value, axis: number, from: number, to: number) =>
    gather(k, x, table(k, keyOf('nearest', from, to, how), [to], () => Int32Array.from(nearest(from, to, how))), axis); // biome-ignore format: one call
    return k.tensor(along(along(k.value(images), 1, height, h), 2, width, w));
  },
);

/** The gradient of a resize is linear in dy: a product with the transposed matrix of each axis. */
function spread(
  k: Context,
  dy: TensorInfo,
  images: TensorInfo,
  how: Resize,
  matrix: typeof bilinearMatrix,
  kind: string,
): TensorInfo {
  const [n, h, w, c] = shape4(dy);
  const [, height, width] = shape4(images);
  const weights = (from: number, to: number) =>
    table(k, keyOf(kind, from, to, how), [from, to], () => matrix(from, to, how));
  const product = (a: Value, b: Value) => k.apply('MatMul', [a, b], { transA: false, transB: false, alpha: 1 });
  const rows = product(weights(height, h), reshape(k, k.value(dy), [n, h, w * c]));
  const columns = product(weights(width, w), reshape(k, rows, [n * height, w, c]));
  return k.tensor(reshape(k, columns, [n, height, width, c]));
}

function bilinearMatrix(from: number, to: number, how: Resize): Float32Array {
  const { low, high, fraction } = neighbours(from, to, how);
  const matrix = new Float32Array(from * to);
  const put = (row: number, column: number, weight: number) => {
    matrix[row * to + column] = (matrix[row * to + column] ?? 0) + weight;
  };
  for (let i = 0; i < to; i++) {
    put(low[i] ?? 0, i, 1 - (fraction[i] ?? 0));
    put(high[i] ?? 0, i, fraction[i] ?? 0);
  }
  return matrix;
}

function nearestMatrix(from: number, to: number, how: Resize): Float32Array {
  const matrix = new Float32Array(from * to);
  nearest(from, to, how).forEach((row, column) => {
    matrix[row * to + column] = 1;
  });
  return matrix;
}

kernel<{ images: TensorInfo; dy: TensorInfo }, Resize>(core.ResizeBilinearGrad, ({ images, dy }, how, k) =>
  spread(k, dy, images, how, bilinearMatrix, 'bilinear'),
);
kernel<{ images: TensorInfo; dy: TensorInfo }, Resize>(core.ResizeNearestNeighborGrad, ({ images, dy }, how, k) =>
  spread(k, dy, images, how, nearestMatrix, 'nearestMatrix'),
);

kernel<{ image: TensorInfo }>(core.FlipLeftRight, ({ image }, _, k) =>
  k.tensor(k.apply('Reverse', [k.value(image)], { axes: [2] })),
);

/** Crops of images between fractions of their height and width, resampled to one size; outside the image lies `extrapolationValue`. */
kernel<{ image: TensorInfo; boxes: TensorInfo; boxInd: TensorInfo }, core.CropAndResizeAttrs>(
  core.CropAndResize,
  ({ image, boxes, boxInd }, { cropSize: [cropHeight, cropWidth], method, extrapolationValue }, k) => {
    const [batch, height, width, channels] = shape4(image);
    const [count = 0] = boxes.shape;
    if (count === 0)
      return k.tensor(k.apply('Fill', [], { shape: [0, cropHeight, cropWidth, channels], dtype: 'float32', value: 0 }));
    const edges = k.node('Split', [k.value(boxes)], { axis: 1, sizes: [1, 1, 1, 1] });
    /** Places along one axis, [boxes, places]: from one edge to the other in equal steps, or their middle. */
    const places = (low: Value | undefined, high: Value | undefined, to: number, from: number): Value => {
      if (low === undefined || high === undefined) throw new Error('a box has four edges');
      const fraction = (i: number) => (to > 1 ? i / (to - 1) : 0.5);
      const towards = table(k, `crop ${to}`, [1, to], () => Float32Array.from({ length: to }, (_, i) => fraction(i)));
      const away = table(k, `crop away ${to}`, [1, to], () =>
        Float32Array.from({ length: to }, (_, i) => 1 - fraction(i)),
      );
      return mul(k, add(k, mul(k, low, away), mul(k, high, towards)), from - 1);
    };
    const ys = reshape(k, places(edges[0], edges[2], cropHeight, height), [count, cropHeight, 1]);
    const xs = reshape(k, places(edges[1], edges[3], cropWidth, width), [count, 1, cropWidth]);
    const inside = (p: Value, size: number) => {
      const notBefore = k.apply('GreaterOrEqual', [p, number(k, 0)], {});
      return k.apply('And', [notBefore, k.apply('LessOrEqual', [p, number(k, size - 1)], {})], {});
    };
    const valid = reshape(k, k.apply('And', [inside(ys, height), inside(xs, width)], {}), [
      count,
      cropHeight,
      cropWidth,
      1,
    ]);
    const pixels = reshape(k, cast(k, k.value(image), 'float32'), [batch * height * width, channels]);
    const first = mul(k, reshape(k, cast(k, k.value(boxInd), 'int32'), [count, 1, 1]), height * width);
    const clamped = (p: Value, size: number) => cast(k, k.apply('Clip', [p], { min: 0, max: size - 1 }), 'int32');
    const pixel = (y: Value, x: Value) =>
      gather(k, pixels, add(k, add(k, first, mul(k, clamped(y, height), width)), clamped(x, width)), 0);
    const outside = number(k, extrapolationValue);
    if (method === 'nearest') {
      const round = (p: Value) => unary(k, 'Floor', add(k, p, 0.5));
      return k.tensor(where(k, valid, pixel(round(ys), round(xs)), outside));
    }
    const [top, left] = [unary(k, 'Floor', ys), unary(k, 'Floor', xs)];
    const [bottom, right] = [unary(k, 'Ceil', ys), unary(k, 'Ceil', xs)];
    const downwards = reshape(k, sub(k, ys, top), [count, cropHeight, 1, 1]);
    const rightwards = reshape(k, sub(k, xs, left), [count, 1, cropWidth, 1]);
    const mix = (a: Value, b: Value, by: Value) => add(k, a, mul(k, sub(k, b, a), by));
    const upper = mix(pixel(top, left), pixel(top, right), rightwards);
    const lower = mix(pixel(bottom, left), pixel(bottom, right), rightwards);
    return k.tensor(where(k, valid, mix(upper, lower, downwards), outside));
  },
);

/** The places that a mirrored axis shows: the edge itself is repeated where the mode is symmetric. */
const mirrored = (length: number, before: number, after: number, symmetric: number): Int32Array =>
  Int32Array.from({ length: before + length + after }, (_, i) => {
    const place = i - before;
    if (place < 0) return -place - symmetric;
    return place >= length ? 2 * (length - 1) - place + symmetric : place;
  });

kernel<{ x: TensorInfo }, core.MirrorPadAttrs>(core.MirrorPad, ({ x }, { paddings, mode }, k) => {
  const symmetric = mode === 'symmetric' ? 1 : 0;
  let value = k.value(x);
  paddings.forEach(([before, after], axis) => {
    const length = x.shape[axis] ?? 0;
    if (before === 0 && after === 0) return;
    const key = `mirror ${length} ${before} ${after} ${symmetric}`;
    const places = table(k, key, [before + length + after], () => mirrored(length, before, after, symmetric));
    value = gather(k, value, places, axis);
  });
  return k.tensor(value);
});

/** Sums over a window of channels, as a product with a band matrix. */
function windowSum(k: Context, x: Value, radius: number): Value {
  const channels = x.shape[x.shape.length - 1] ?? 1;
  const band = table(k, `band ${channels} ${radius}`, [channels, channels], () =>
    Float32Array.from({ length: channels * channels }, (_, i) =>
      Math.abs(Math.floor(i / channels) - (i % channels)) <= radius ? 1 : 0,
    ),
  );
  return k.apply('MatMul', [x, band], { transA: false, transB: false, alpha: 1 });
}

const power = (k: Context, x: Value, exponent: number) => binary(k, 'Pow', x, exponent);

/** y = x·n^−β with n = bias + α·Σ x² over the channels within the radius (Krizhevsky et al. 2012). */
kernel<{ x: TensorInfo }, core.LRNAttrs>(core.LRN, ({ x }, { depthRadius, bias, alpha, beta }, k) => {
  const value = k.value(x);
  const norm = add(k, mul(k, windowSum(k, mul(k, value, value), depthRadius), alpha), bias);
  return k.tensor(mul(k, value, power(k, norm, -beta)));
});

/** dx = dy·n^−β − 2αβ·x·Σ dy·y/n over the same channels. */
kernel<{ x: TensorInfo; y: TensorInfo; dy: TensorInfo }, core.LRNGradAttrs>(
  core.LRNGrad,
  ({ x, y, dy }, { depthRadius, bias, alpha, beta }, k) => {
    const [value, result, gradient] = [k.value(x), k.value(y), k.value(dy)];
    const norm = add(k, mul(k, windowSum(k, mul(k, value, value), depthRadius), alpha), bias);
    const shared = windowSum(k, binary(k, 'Div', mul(k, gradient, result), norm), depthRadius);
    const direct = mul(k, gradient, power(k, norm, -beta));
    return k.tensor(sub(k, direct, mul(k, mul(k, value, shared), 2 * alpha * beta)));
  },
);
