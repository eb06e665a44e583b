/** A curve over whole positions: values by x. */
export type Curve = { x: readonly number[]; y: readonly number[] };

/** Several curves as one: their mean and what the band around it covers, at every x that at least one of them has. */
export type Band = { x: number[]; mean: number[]; low: number[]; high: number[]; count: number[] };

/** How far a band reaches: one sample standard deviation (n - 1) to both sides, the standard error of the mean, or from the least to the largest. */
export type BandKind = 'deviation' | 'error' | 'range';

/** The band of curves of several seeds. Values that are not finite do not count; a single value has a band of no width. */
export function bandOf(curves: readonly Curve[], kind: BandKind): Band {
  const byX = new Map<number, number[]>();
  for (const { x, y } of curves)
    x.forEach((at, i) => {
      const value = y[i];
      if (value === undefined || !Number.isFinite(value)) return;
      const values = byX.get(at);
      if (values === undefined) byX.set(at, [value]);
      else values.push(value);
    });
  const band: Band = { x: [], mean: [], low: [], high: [], count: [] };
  for (const [at, values] of [...byX].sort(([a], [b]) => a - b)) {
    const n = values.length;
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const deviation = n < 2 ? 0 : Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
    const reach = kind === 'error' ? deviation / Math.sqrt(n) : deviation;
    band.x.push(at);
    band.mean.push(mean);
    band.low.push(kind === 'range' ? Math.min(...values) : mean - reach);
    band.high.push(kind === 'range' ? Math.max(...values) : mean + reach);
    band.count.push(n);
  }
  return band;
}
