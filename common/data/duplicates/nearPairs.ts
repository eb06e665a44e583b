import { type DifferenceHash, hammingDistance } from './differenceHash.js';

export interface NearPair {
  a: number;
  b: number;
  distance: number;
}

const BITS = 128;

/**
 * All pairs of hashes that differ in at most `threshold` bits, the nearest first; undefined where there are more than `most`. The bits are cut into `threshold + 1` bands: such a pair agrees in one of
 * them wholly, so only pairs with an equal band are compared.
 */
export function nearPairs(
  hashes: readonly DifferenceHash[],
  threshold: number,
  most = Number.POSITIVE_INFINITY,
): NearPair[] | undefined {
  const bands = threshold + 1;
  const found: NearPair[] = [];
  for (let band = 0; band < bands; band++) {
    const from = Math.floor((band * BITS) / bands);
    const to = Math.floor(((band + 1) * BITS) / bands);
    const buckets = new Map<string, number[]>();
    for (const [i, hash] of hashes.entries()) {
      const key = bitsOf(hash, from, to);
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [i]);
      else bucket.push(i);
    }
    for (const bucket of buckets.values())
      for (const [k, a] of bucket.entries())
        for (let m = k + 1; m < bucket.length; m++) {
          const b = bucket[m]!;
          const distance = hammingDistance(hashes[a]!, hashes[b]!);
          // A pair that agrees in several bands is told in the first.
          if (distance <= threshold && !agreesBefore(hashes[a]!, hashes[b]!, band, bands))
            if (found.push({ a, b, distance }) > most) return undefined;
        }
  }
  return found.sort((x, y) => x.distance - y.distance || x.a - y.a || x.b - y.b);
}

function agreesBefore(a: DifferenceHash, b: DifferenceHash, band: number, bands: number): boolean {
  for (let earlier = 0; earlier < band; earlier++) {
    const from = Math.floor((earlier * BITS) / bands);
    const to = Math.floor(((earlier + 1) * BITS) / bands);
    if (bitsOf(a, from, to) === bitsOf(b, from, to)) return true;
  }
  return false;
}

/** The bits from … to − 1 as a key. */
function bitsOf(hash: DifferenceHash, from: number, to: number): string {
  const parts: number[] = [];
  for (let at = from; at < to; ) {
    const end = Math.min(to, (at & ~31) + 32);
    const width = end - at;
    const word = hash[at >> 5]! >>> (at & 31);
    parts.push(width === 32 ? word : word & ((1 << width) - 1));
    at = end;
  }
  return String.fromCharCode(...parts.flatMap((word) => [word & 0xffff, word >>> 16]));
}
