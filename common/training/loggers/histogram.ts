import type { Histogram } from './eventProto.js';

/** TensorFlow's buckets: 0, and ±1e-12·1.1ᵏ up to 1e20. */
const limits = bucketLimits();

function bucketLimits(): Float64Array {
  const positive: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push(limit);
  return Float64Array.from([...positive.map((limit) => -limit).reverse(), 0, ...positive]);
}

/**
 * A histogram in TensorFlow's buckets, as PyTorch's SummaryWriter writes it: bucket i counts limit[i−1] ≤ value < limit[i], and the
 * empty ones before and behind are left out. What is not finite is not counted. Undefined where nothing is left to count.
 */
export function histogramOf(values: ArrayLike<number>): Histogram | undefined {
  const counts = new Float64Array(limits.length + 1);
  let [min, max, num, sum, sumSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    num++;
    sum += value;
    sumSquares += value * value;
    counts[bucketOf(value)]!++;
  }
  if (num === 0) return undefined;
  // The outermost buckets take what lies beyond the outermost limits.
  const last = limits.length - 1;
  counts[1]! += counts[0]!;
  counts[last]! += counts[last + 1]!;
  let first = 1;
  while (counts[first] === 0) first++;
  let end = last;
  while (counts[end] === 0) end--;
  // The readers take a bucket's left end from the one before it.
  return {
    ...{ min, max, num, sum, sumSquares },
    bucketLimit: [...limits.subarray(first - 1, end + 1)],
    bucket: [0, ...counts.subarray(first, end + 1)],
  };
}

/** The first limit above the value, by bisection. */
function bucketOf(value: number): number {
  let [low, high] = [0, limits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (limits[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
