/** Scott's rule (1992) for one dimension: the sample's standard deviation × n^(-1/5), as scipy's gaussian_kde; 1 where all values are one. */
export function scottBandwidth(values: readonly number[]): number {
  const n = values.length;
  if (n < 2) return 1;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  return deviation > 0 ? deviation * n ** -0.2 : 1;
}

/** The density of the values at the places `x`: the mean of a normal density of this bandwidth (its standard deviation) around each value. */
export function density(values: readonly number[], x: readonly number[], bandwidth: number): number[] {
  const scale = 1 / (Math.max(1, values.length) * bandwidth * Math.sqrt(2 * Math.PI));
  return x.map(
    (at) => scale * values.reduce((sum, value) => sum + Math.exp(-0.5 * ((at - value) / bandwidth) ** 2), 0),
  );
}
