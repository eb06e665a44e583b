/** Quantile q (0 … 1) of sorted values by linear interpolation (numpy's default); NaN where there are none. */
export function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const index = Math.floor(place);
  const low = sorted[index] ?? Number.NaN;
  return low + ((sorted[Math.min(index + 1, sorted.length - 1)] ?? low) - low) * (place - index);
}
