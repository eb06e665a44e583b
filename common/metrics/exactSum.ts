/**
 * A sum of doubles without rounding: `partials` do not overlap, and their mathematical sum is the sum of all that was added. Infinities and
 * NaN are counted beside it. Plain data, so a state that holds it can be cloned, sent to a worker or written as JSON.
 */
export interface ExactSum {
  partials: number[];
  nan: number;
  positive: number;
  negative: number;
}

export const emptySum = (): ExactSum => ({ partials: [], nan: 0, positive: 0, negative: 0 });

/**
 * Adds a double without error (Shewchuk, «Adaptive precision floating-point arithmetic», 1997, grow-expansion; Python's `math.fsum`), so that
 * the order of additions does not matter. A sum beyond the range of doubles becomes infinite.
 */
export function addTo(sum: ExactSum, value: number): void {
  const { partials } = sum;
  let x = value;
  let used = 0;
  if (Number.isFinite(x)) {
    for (let i = 0; i < partials.length; i++) {
      const y = partials[i] ?? 0;
      const high = x + y;
      const low = Math.abs(x) < Math.abs(y) ? x - (high - y) : y - (high - x);
      if (low !== 0) partials[used++] = low;
      x = high;
    }
    if (Number.isFinite(x)) {
      partials[used] = x;
      partials.length = used + 1;
      return;
    }
    partials.length = 0;
  }
  if (x > 0) sum.positive++;
  else if (x < 0) sum.negative++;
  else sum.nan++;
}

const SPLITTER = 2 ** 27 + 1;

/** Adds a · b without error: the product and what its rounding lost (Dekker 1971). Exact while |a|, |b| < 1e290 and |a · b| > 1e-290. */
export function addProductTo(sum: ExactSum, a: number, b: number): void {
  const product = a * b;
  addTo(sum, product);
  if (!Number.isFinite(product)) return;
  const bigA = SPLITTER * a;
  const highA = bigA - (bigA - a);
  const lowA = a - highA;
  const bigB = SPLITTER * b;
  const highB = bigB - (bigB - b);
  const lowB = b - highB;
  const lost = lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
  if (lost !== 0 && Number.isFinite(lost)) addTo(sum, lost);
}

/** Adds all that `other` holds; `sum` is then what it would be had it been given both. */
export function mergeSum(sum: ExactSum, other: ExactSum): void {
  for (const partial of other.partials) addTo(sum, partial);
  sum.nan += other.nan;
  sum.positive += other.positive;
  sum.negative += other.negative;
}

/** The double nearest to the sum (0 of nothing); NaN where NaN, or infinities of both signs, were added. */
export function sumOf({ partials, nan, positive, negative }: ExactSum): number {
  if (nan > 0 || (positive > 0 && negative > 0)) return Number.NaN;
  if (positive > 0) return Number.POSITIVE_INFINITY;
  if (negative > 0) return Number.NEGATIVE_INFINITY;
  let n = partials.length - 1;
  if (n < 0) return 0;
  let high = partials[n] ?? 0;
  let low = 0;
  while (n > 0) {
    const y = partials[--n] ?? 0;
    const x = high;
    high = x + y;
    low = y - (high - x);
    if (low !== 0) break;
  }
  // Half way between two doubles so far: what lies below decides (as in Python's fsum).
  const below = partials[n - 1] ?? 0;
  if (n > 0 && ((low < 0 && below < 0) || (low > 0 && below > 0))) {
    const y = low * 2;
    const x = high + y;
    if (y === x - high) high = x;
  }
  return high;
}
