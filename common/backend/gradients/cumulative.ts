import type { Tensor } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { at, gradient } from './gradient.js';

/** x moved towards the start of its last axis, `fill` coming in at the end. */
function earlier(x: Tensor, by: number, fill: number): Tensor {
  const length = x.shape[x.rank - 1] ?? 0;
  if (by >= length) return core.fill(x.shape, fill);
  const starts = x.shape.map((_, i) => (i === x.rank - 1 ? by : 0));
  const rest = core.slice(x, starts, x.shape.map((d, i) => (i === x.rank - 1 ? d - by : d))); // biome-ignore format: one call
  const around: [number, number][] = x.shape.map((_, i) => (i === x.rank - 1 ? [0, by] : [0, 0]));
  return core.pad(rest, around, fill);
}

/**
 * s[i] = b[i] + a[i]·s[i+1] along the last axis, in log₂ n steps: the pair (a, b) of 2d places is that of d places applied to the next
 * one's. Unlike a division by x it is right where x is 0.
 */
function recurrence(a: Tensor, b: Tensor): Tensor {
  const length = a.shape[a.rank - 1] ?? 0;
  let [factor, sum] = [a, b];
  for (let by = 1; by < length; by *= 2) {
    sum = core.add(sum, core.mul(factor, earlier(sum, by, 0)));
    factor = core.mul(factor, earlier(factor, by, 0));
  }
  return sum;
}

/** dx[i] = Π x[k<i] · Σ over j of dy[j]·Π x[i<k≤j] (k < j where the product is exclusive). */
function cumprodGradient(dy: Tensor, x: Tensor, { axis, exclusive, reverse }: core.CumprodAttrs): Tensor {
  const place = core.util.parseAxisParam(axis, x.shape)[0] ?? 0;
  const last = x.rank - 1;
  const swap = x.shape.map((_, i) => (i === place ? last : i === last ? place : i));
  const inFront = (t: Tensor) => {
    const moved = place === last ? t : core.transpose(t, swap);
    return reverse ? core.reverse(moved, last) : moved;
  };
  const [values, gradient] = [inFront(x), inFront(dy)];
  const before = core.cumprod(values, last, true, false);
  const after = recurrence(earlier(values, 1, 0), exclusive ? earlier(gradient, 1, 0) : gradient);
  const product = core.mul(before, after);
  const ordered = reverse ? core.reverse(product, last) : product;
  return place === last ? ordered : core.transpose(ordered, swap);
}

export const cumulativeGradients = [
  gradient<core.CumprodAttrs>(core.Cumprod, {
    save: ['x'],
    of: (dy, saved, attrs) => ({ x: () => cumprodGradient(dy, at(saved, 0), attrs) }),
  }),
  gradient<core.CumsumAttrs>(core.Cumsum, {
    of: (dy, _, { axis, exclusive, reverse }) => ({ x: () => core.cumsum(dy, axis, exclusive, !reverse) }),
  }),
];
