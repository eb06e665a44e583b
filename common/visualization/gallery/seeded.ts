import type { GridImage } from '../imageGrid.js';

/** Reproducible numbers for the gallery: mulberry32, and from it normal ones by Box and Muller. */
export function seeded(seed: number): { uniform: () => number; normal: (mean?: number, deviation?: number) => number } {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (mean = 0, deviation = 1): number =>
    mean + deviation * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** A picture of a disk on a shaded ground; where the disk is, is returned too, so that maps can point at it. */
export function diskPicture(seed: number, side: number): { image: GridImage; x: number; y: number } {
  const { uniform } = seeded(seed);
  const [x, y, radius] = [
    side * (0.3 + 0.4 * uniform()),
    side * (0.3 + 0.4 * uniform()),
    side * (0.15 + 0.1 * uniform()),
  ];
  const [hue, tilt] = [uniform() * 3, uniform()];
  const data = new Uint8Array(side * side * 3);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const inside = Math.hypot(column - x, row - y) < radius;
      const shade = 60 + (90 * (row * tilt + column * (1 - tilt))) / side;
      for (let c = 0; c < 3; c++) {
        const colour = 128 + 120 * Math.cos(hue + (2 * Math.PI * c) / 3);
        data[(row * side + column) * 3 + c] = Math.round((inside ? colour : shade) + 12 * (uniform() - 0.5));
      }
    }
  return { image: { data, width: side, height: side, channels: 3 }, x, y };
}
