import { BITS, clip, HALF, type Taps } from './taps.js';

/**
 * Resamples rows: `rows` of the source from `start` on, `stride` bytes apart, to `width` pixels each. Written out for 2, 3 and 4 taps of colour,
 * which random crops have.
 */
export function horizontalPass(
  source: Uint8Array,
  start: number,
  stride: number,
  rows: number,
  width: number,
  channels: number,
  taps: Taps,
  target: Uint8Array,
): void {
  if (channels === 3) horizontalColour(source, start, stride, rows, width, taps, target);
  else horizontalGrey(source, start, stride, rows, width, channels, taps, target);
}

function horizontalColour(
  source: Uint8Array,
  start: number,
  stride: number,
  rows: number,
  width: number,
  { taps, first, weights, overshoots }: Taps,
  target: Uint8Array,
): void {
  const special =
    taps === 2 && !overshoots ? rowOfTwo : taps === 3 && !overshoots ? rowOfThree : taps === 4 ? rowOfFour : undefined;
  let to = 0;
  for (let y = 0; y < rows; y++) {
    const row = start + y * stride;
    if (special !== undefined) {
      to = special(source, row, width, first, weights, target, to);
      continue;
    }
    for (let x = 0; x < width; x++, to += 3) {
      let from = row + first[x]! * 3;
      const at = x * taps;
      let r = HALF;
      let g = HALF;
      let b = HALF;
      for (let k = at; k < at + taps; k++, from += 3) {
        const weight = weights[k]!;
        r = (r + Math.imul(source[from]!, weight)) | 0;
        g = (g + Math.imul(source[from + 1]!, weight)) | 0;
        b = (b + Math.imul(source[from + 2]!, weight)) | 0;
      }
      r >>= BITS;
      g >>= BITS;
      b >>= BITS;
      target[to] = clip(r);
      target[to + 1] = clip(g);
      target[to + 2] = clip(b);
    }
  }
}

/** A row with two taps a pixel, which bilinear enlarging has: the usual case of a random crop. */
function rowOfTwo(
  source: Uint8Array,
  row: number,
  width: number,
  first: Int32Array,
  weights: Int32Array,
  target: Uint8Array,
  start: number,
): number {
  let to = start;
  for (let x = 0; x < width; x++, to += 3) {
    const from = row + first[x]! * 3;
    const left = weights[2 * x]!;
    const right = weights[2 * x + 1]!;
    const r = (HALF + Math.imul(source[from]!, left) + Math.imul(source[from + 3]!, right)) >> BITS;
    const g = (HALF + Math.imul(source[from + 1]!, left) + Math.imul(source[from + 4]!, right)) >> BITS;
    const b = (HALF + Math.imul(source[from + 2]!, left) + Math.imul(source[from + 5]!, right)) >> BITS;
    target[to] = r;
    target[to + 1] = g;
    target[to + 2] = b;
  }
  return to;
}

/** The same with three taps, which reducing by less than a half has. */
function rowOfThree(
  source: Uint8Array,
  row: number,
  width: number,
  first: Int32Array,
  weights: Int32Array,
  target: Uint8Array,
  start: number,
): number {
  let to = start;
  for (let x = 0; x < width; x++, to += 3) {
    const from = row + first[x]! * 3;
    const w0 = weights[3 * x]!;
    const w1 = weights[3 * x + 1]!;
    const w2 = weights[3 * x + 2]!;
    const r = HALF + Math.imul(source[from]!, w0) + Math.imul(source[from + 3]!, w1) + Math.imul(source[from + 6]!, w2);
    const g =
      HALF + Math.imul(source[from + 1]!, w0) + Math.imul(source[from + 4]!, w1) + Math.imul(source[from + 7]!, w2);
    const b =
      HALF + Math.imul(source[from + 2]!, w0) + Math.imul(source[from + 5]!, w1) + Math.imul(source[from + 8]!, w2);
    target[to] = r >> BITS;
    target[to + 1] = g >> BITS;
    target[to + 2] = b >> BITS;
  }
  return to;
}

/** And with four, which bicubic enlarging has. */
function rowOfFour(
  source: Uint8Array,
  row: number,
  width: number,
  first: Int32Array,
  weights: Int32Array,
  target: Uint8Array,
  start: number,
): number {
  let to = start;
  for (let x = 0; x < width; x++) {
    const from = row + first[x]! * 3;
    const w0 = weights[4 * x]!;
    const w1 = weights[4 * x + 1]!;
    const w2 = weights[4 * x + 2]!;
    const w3 = weights[4 * x + 3]!;
    for (let i = from; i < from + 3; i++) {
      const sum =
        HALF +
        Math.imul(source[i]!, w0) +
        Math.imul(source[i + 3]!, w1) +
        Math.imul(source[i + 6]!, w2) +
        Math.imul(source[i + 9]!, w3);
      target[to++] = clip(sum >> BITS);
    }
  }
  return to;
}

function horizontalGrey(
  source: Uint8Array,
  start: number,
  stride: number,
  rows: number,
  width: number,
  channels: number,
  { taps, first, weights }: Taps,
  target: Uint8Array,
): void {
  let to = 0;
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        let from = start + y * stride + first[x]! * channels + c;
        for (let k = x * taps; k < (x + 1) * taps; k++, from += channels)
          sum = (sum + Math.imul(source[from]!, weights[k]!)) | 0;
        sum >>= BITS;
        target[to++] = clip(sum);
      }
}
