/** A counter: four 32-bit words. The numbers drawn are a pure function of (counter, key), so any of them can be drawn alone and in any order. */
export type Words4 = readonly [number, number, number, number];

function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(other / 65536)) >>> 0;
}

/**
 * Philox 4×32 with ten rounds: four random 32-bit words for a counter and a key of two words.
 * Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
export function philox4x32(counter: Words4, key: readonly [number, number]): Words4 {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/**
 * The stream of random numbers that belongs to one (seed, purpose, split, index). Only +, −, ×, ÷ and √ are used, which IEEE 754 fixes to the bit,
 * so every machine draws the same.
 */
export class RandomStream {
  private readonly key: readonly [number, number];
  private readonly place: readonly [number, number, number];
  private block = 0;
  private words: Words4 = [0, 0, 0, 0];
  private left = 0;

  /** `seed`: a whole number from 0 to 2⁵³ − 1; the others from 0 to 2³² − 1. */
  constructor(seed: number, purpose: number, split: number, index: number) {
    this.key = [seed >>> 0, Math.floor(seed / 4294967296)];
    this.place = [purpose, split, index];
  }

  /** 32 random bits. */
  word(): number {
    if (this.left === 0) {
      this.words = philox4x32([this.block++, ...this.place], this.key);
      this.left = 4;
    }
    return this.words[4 - this.left--] ?? 0;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.word() / 4294967296);
  }

  /** Nearly normal with mean 0 and variance 1: the scaled sum of four uniform numbers, never beyond ±2√3 ≈ 3.46. */
  normal(): number {
    return (this.uniform() + this.uniform() + this.uniform() + this.uniform() - 2) * Math.sqrt(3);
  }

  /** A whole number from 0 to n − 1. */
  below(n: number): number {
    return Math.floor(this.uniform(0, n));
  }
}
