import type { RandomStream } from './philox.js';
import type { Curve } from './stroke.js';

/** Side of a picture in pixels. */
export const side = 28;

/**
 * Draws a curve (in pixels) with a round pen of varying radius: a pixel's ink is how much of it the pen covered at its best, with a soft edge one pixel wide.
 * `radius` is per point of the curve. The picture keeps the larger ink where strokes cross.
 */
export function inkCurve(picture: Float64Array, curve: Curve, radius: Float64Array): void {
  for (let i = 0; i + 1 < curve.x.length; i++) {
    const x0 = curve.x[i]!;
    const y0 = curve.y[i]!;
    const dx = curve.x[i + 1]! - x0;
    const dy = curve.y[i + 1]! - y0;
    const r0 = radius[i]!;
    const r1 = radius[i + 1]!;
    const reach = Math.max(r0, r1) + 0.5;
    const left = Math.max(0, Math.ceil(Math.min(x0, x0 + dx) - reach - 0.5));
    const right = Math.min(side - 1, Math.floor(Math.max(x0, x0 + dx) + reach - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(y0, y0 + dy) - reach - 0.5));
    const bottom = Math.min(side - 1, Math.floor(Math.max(y0, y0 + dy) + reach - 0.5));
    const length2 = dx * dx + dy * dy;
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const px = column + 0.5 - x0;
        const py = row + 0.5 - y0;
        const t = length2 > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / length2)) : 0;
        const ex = px - t * dx;
        const ey = py - t * dy;
        const ink = r0 + t * (r1 - r0) + 0.5 - Math.sqrt(ex * ex + ey * ey);
        const at = row * side + column;
        if (ink > picture[at]!) picture[at] = Math.min(1, ink);
      }
    }
  }
}

/** Blurs with the kernel [w, 1, w] / (1 + 2w) along both axes. */
export function blur(picture: Float64Array, w: number): Float64Array {
  const across = new Float64Array(side * side);
  const down = new Float64Array(side * side);
  const at = (from: Float64Array, row: number, column: number): number =>
    row < 0 || row >= side || column < 0 || column >= side ? 0 : from[row * side + column]!;
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      across[row * side + column] =
        (at(picture, row, column) + w * (at(picture, row, column - 1) + at(picture, row, column + 1))) / (1 + 2 * w);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      down[row * side + column] =
        (at(across, row, column) + w * (at(across, row - 1, column) + at(across, row + 1, column))) / (1 + 2 * w);
  return down;
}

/** To bytes: `white` is the grey value of full ink (255 at most); `noise` the standard deviation of the sensor's noise in grey values. */
export function toBytes(picture: Float64Array, white: number, noise: number, random: RandomStream): Uint8Array {
  const bytes = new Uint8Array(side * side);
  for (let i = 0; i < bytes.length; i++) {
    // The sum of a word's four bytes is nearly normal, with mean 510 and standard deviation 147.8.
    const word = random.word();
    const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
    bytes[i] = Math.min(255, Math.max(0, Math.round(picture[i]! * white + (noise * (sum - 510)) / 147.8)));
  }
  return bytes;
}
