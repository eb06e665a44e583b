/** The corners of a path of straight lines, `M0,0L3,4`: what plotly's arrows are. */
function corners(path: string): { x: number; y: number }[] {
  const numbers = (path.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
  return Array.from({ length: Math.floor(numbers.length / 2) }, (_, i) => ({
    x: numbers[2 * i]!,
    y: numbers[2 * i + 1]!,
  }));
}

/** Length of a path of straight lines. */
export function polylineLength(path: string): number {
  return corners(path).reduce(
    (sum, { x, y }, i, all) => (i === 0 ? 0 : sum + Math.hypot(x - all[i - 1]!.x, y - all[i - 1]!.y)),
    0,
  );
}

/** The point at a length along a path of straight lines; its ends for what lies beyond them. */
export function pointAtLength(path: string, length: number): { x: number; y: number } {
  const all = corners(path);
  let left = Math.max(0, length);
  for (let i = 1; i < all.length; i++) {
    const from = all[i - 1]!;
    const to = all[i]!;
    const piece = Math.hypot(to.x - from.x, to.y - from.y);
    if (left <= piece && piece > 0)
      return { x: from.x + ((to.x - from.x) * left) / piece, y: from.y + ((to.y - from.y) * left) / piece };
    left -= piece;
  }
  return all[all.length - 1] ?? { x: 0, y: 0 };
}
