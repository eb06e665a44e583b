/**
 * A map as large as the image it belongs to: bilinear between the centres of its cells (torch's `interpolate` with `align_corners=False`).
 *
 * @param map [h][w]. @returns [height][width].
 */
export function resizeMap(map: readonly (readonly number[])[], height: number, width: number): number[][] {
  const [h, w] = [map.length, map[0]?.length ?? 0];
  const places = (from: number, to: number) =>
    Array.from({ length: to }, (_, i) => {
      const at = Math.max(0, ((i + 0.5) * from) / to - 0.5);
      const low = Math.min(from - 1, Math.floor(at));
      return { low, high: Math.min(from - 1, low + 1), share: at - low };
    });
  const across = places(w, width);
  return places(h, height).map((y) =>
    across.map((x) => {
      const mix = (row: readonly number[]) => row[x.low]! * (1 - x.share) + row[x.high]! * x.share;
      return mix(map[y.low]!) * (1 - y.share) + mix(map[y.high]!) * y.share;
    }),
  );
}
