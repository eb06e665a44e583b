/** A number with so many decimals, a half to the even digit, as Python's `f"{x:.2f}"` (`toFixed` rounds halves up: 0.125 would differ). */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const exact = Math.abs(value).toFixed(90);
  const kept = exact.slice(0, exact.length - 90 + digits);
  const isHalf = /^50*$/.test(exact.slice(exact.length - 90 + digits));
  const isEven = '02468'.includes(kept.at(-1) === '.' ? (kept.at(-2) ?? '0') : (kept.at(-1) ?? '0'));
  if (!isHalf || !isEven) return value.toFixed(digits);
  return `${value < 0 ? '-' : ''}${digits === 0 ? kept.slice(0, -1) : kept}`;
}
