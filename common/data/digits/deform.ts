import type { RandomStream } from './philox.js';

/** Moves a point of the plane; lengths in units of the digit's height, the origin in its middle. */
export type Warp = (x: number, y: number) => readonly [number, number];

/** How far a digit may be deformed. Every random number in it is bounded, so these are bounds. */
export const limits = {
  /** rotation, radians (14°) */
  rotation: 0.25,
  /** shift of the top against the bottom, per height; people lean to the right more than to the left */
  shear: [-0.22, 0.42],
  /** width and height against the mean, each drawn alone */
  scaleX: [0.72, 1.18],
  scaleY: [0.82, 1.1],
  /** elastic displacement of a knot of the field, per height */
  elastic: 0.12,
} as const;

/** Rotation, shear and unequal scaling of the plane. */
export function randomAffine(random: RandomStream): Warp {
  const angle = (random.uniform(-1, 1) + random.uniform(-1, 1)) * 0.5 * limits.rotation;
  // Taylor series: exact to 1e-7 at these angles, and the same on every machine, which Math.sin is not.
  const sin = angle - (angle * angle * angle) / 6 + (angle * angle * angle * angle * angle) / 120;
  const cos = 1 - (angle * angle) / 2 + (angle * angle * angle * angle) / 24;
  const shear = random.uniform(limits.shear[0], limits.shear[1]);
  const scaleX = random.uniform(limits.scaleX[0], limits.scaleX[1]);
  const scaleY = random.uniform(limits.scaleY[0], limits.scaleY[1]);
  return (x, y) => {
    const u = scaleX * x - shear * y;
    const v = scaleY * y;
    return [cos * u - sin * v, sin * u + cos * v];
  };
}

const knots = 5;

/**
 * A smooth random displacement: uniform cubic B-splines over 5 × 5 random knots on [−1, 1]². It never moves a point farther than `limits.elastic` in x or
 * in y, because a B-spline lies inside the hull of its knots. `strength` from 0 to 1.
 */
export function randomElastic(random: RandomStream, strength: number): Warp {
  const dx = new Float64Array(knots * knots);
  const dy = new Float64Array(knots * knots);
  for (let i = 0; i < knots * knots; i++) {
    dx[i] = random.uniform(-1, 1) * limits.elastic * strength;
    dy[i] = random.uniform(-1, 1) * limits.elastic * strength;
  }
  return (x, y) => {
    const [column, wx] = splineWeights(x);
    const [row, wy] = splineWeights(y);
    let sx = 0;
    let sy = 0;
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        const weight = wy[i]! * wx[j]!;
        const at = (row + i) * knots + column + j;
        sx += weight * dx[at]!;
        sy += weight * dy[at]!;
      }
    }
    return [x + sx, y + sy];
  };
}

/** The first of the four knots that act at a place, and their weights, which are not negative and sum to 1. */
function splineWeights(place: number): readonly [number, readonly [number, number, number, number]] {
  const inside = Math.min(0.999999, Math.max(0, (place + 1) / 2)) * (knots - 3);
  const first = Math.floor(inside);
  const t = inside - first;
  const u = 1 - t;
  return [
    first,
    [
      (u * u * u) / 6,
      (3 * t * t * t - 6 * t * t + 4) / 6,
      (-3 * t * t * t + 3 * t * t + 3 * t + 1) / 6,
      (t * t * t) / 6,
    ],
  ];
}
