import { BITS, clip, HALF, type Taps } from './taps.js';

/** Columns do not mix: a row of the target is a weighted sum of `taps` rows of the source, whatever the channels. */
export function verticalPass(
  source: Uint8Array,
  start: number,
  stride: number,
  height: number,
  row: number,
  { taps, first, weights, overshoots }: Taps,
  target: Uint8Array,
): void {
  let to = 0;
  for (let y = 0; y < height; y++) {
    const top = start + first[y]! * stride;
    const at = y * taps;
    if (taps === 2 && !overshoots) {
      to = sumOfTwo(source, top, stride, row, weights, at, target, to);
      continue;
    }
    if (taps === 3 || taps === 4) {
      to = sumOfFour(source, top, stride, row, weights, at, taps, target, to);
      continue;
    }
    for (let x = 0; x < row; x++) {
      let sum = HALF;
      for (let k = at, from = top + x; k < at + taps; k++, from += stride)
        sum = (sum + Math.imul(source[from]!, weights[k]!)) | 0;
      sum >>= BITS;
      target[to++] = clip(sum);
    }
  }
}

/** The weighted sum of two rows, four values at a time. */
function sumOfTwo(
  source: Uint8Array,
  start: number,
  stride: number,
  row: number,
  weights: Int32Array,
  at: number,
  target: Uint8Array,
  to: number,
): number {
  const first = weights[at]!;
  const second = weights[at + 1]!;
  let x = 0;
  for (; x < row - 3; x += 4) {
    const i = start + x;
    const j = i + stride;
    const k = to + x;
    target[k] = (HALF + Math.imul(source[i]!, first) + Math.imul(source[j]!, second)) >> BITS;
    target[k + 1] = (HALF + Math.imul(source[i + 1]!, first) + Math.imul(source[j + 1]!, second)) >> BITS;
    target[k + 2] = (HALF + Math.imul(source[i + 2]!, first) + Math.imul(source[j + 2]!, second)) >> BITS;
    target[k + 3] = (HALF + Math.imul(source[i + 3]!, first) + Math.imul(source[j + 3]!, second)) >> BITS;
  }
  for (; x < row; x++) {
    const i = start + x;
    target[to + x] = (HALF + Math.imul(source[i]!, first) + Math.imul(source[i + stride]!, second)) >> BITS;
  }
  return to + row;
}

/** The weighted sum of four rows, or of three. */
function sumOfFour(
  source: Uint8Array,
  start: number,
  stride: number,
  row: number,
  weights: Int32Array,
  at: number,
  taps: 3 | 4,
  target: Uint8Array,
  to: number,
): number {
  const w0 = weights[at]!;
  const w1 = weights[at + 1]!;
  const w2 = weights[at + 2]!;
  const w3 = taps === 4 ? weights[at + 3]! : 0;
  const fourth = (taps - 1) * stride;
  for (let x = 0; x < row; x++) {
    const i = start + x;
    const sum =
      HALF +
      Math.imul(source[i]!, w0) +
      Math.imul(source[i + stride]!, w1) +
      Math.imul(source[i + 2 * stride]!, w2) +
      Math.imul(source[i + fourth]!, w3);
    target[to + x] = clip(sum >> BITS);
  }
  return to + row;
}
