import { type Pixels, withChannels } from '../pixels.js';

/** 128 bits as four words. */
export type DifferenceHash = Uint32Array;

const SIDE = 9;

/**
 * A hash that pictures share which look alike (dHash; N. Krawetz 2013, in B. Hoyt's form with rows and columns): the picture in grey is
 * averaged to 9 × 9 cells, and each bit says whether a cell is darker than its right (64 bits) or lower (64 bits) neighbour. Resizing and
 * JPEG change a few bits. A picture of one colour has no such hash: undefined.
 */
export function differenceHash(image: Pixels): DifferenceHash | undefined {
  const cells = average(withChannels(image, 1));
  const hash = new Uint32Array(4);
  let bit = 0;
  for (const step of [1, SIDE])
    for (let y = 0; y < SIDE - 1; y++)
      for (let x = 0; x < SIDE - 1; x++, bit++) {
        const at = y * SIDE + x;
        // A difference below half a grey level is noise of the encoding.
        if (cells[at + step]! - cells[at]! > 0.5) hash[bit >> 5]! |= 1 << (bit & 31);
      }
  return hash.every((word) => word === 0) ? undefined : hash;
}

/** Bits in which two hashes differ. */
export function hammingDistance(a: DifferenceHash, b: DifferenceHash): number {
  return ones(a[0]! ^ b[0]!) + ones(a[1]! ^ b[1]!) + ones(a[2]! ^ b[2]!) + ones(a[3]! ^ b[3]!);
}

function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** 9 × 9 means; a pixel that lies in two cells counts in both by its share. */
function average({ data, height, width }: Pixels): Float64Array {
  const rows = shares(height);
  const columns = shares(width);
  const cells = new Float64Array(SIDE * SIDE);
  for (const [y, row] of rows.entries())
    for (const [x, column] of columns.entries()) {
      let sum = 0;
      for (const { at: i, share: a } of row)
        for (const { at: j, share: b } of column) sum += a * b * data[i * width + j]!;
      cells[y * SIDE + x] = sum;
    }
  return cells;
}

/** For each cell the pixels in it along one side and their shares, which sum to 1. */
function shares(length: number): { at: number; share: number }[][] {
  return Array.from({ length: SIDE }, (_, cell) => {
    const [from, to] = [(cell * length) / SIDE, ((cell + 1) * length) / SIDE];
    const pixels = [];
    for (let at = Math.floor(from); at < to; at++)
      pixels.push({ at, share: (Math.min(at + 1, to) - Math.max(at, from)) / (to - from) });
    return pixels.filter(({ share }) => share > 0);
  });
}
