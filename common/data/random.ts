/**
 * Counter-based random numbers: draw k of a stream is a pure function of (the stream's key words, k), so that any sample of any epoch
 * can be made by any worker, in any order, again after a resume. Mixing: the 32-bit finaliser "lowbias32" (C. Wellons, 2018), chained.
 */
export class CounterRandom {
  #a: number;
  #b: number;
  #counter = 0;

  /** A stream for these integers (each taken modulo 2^32), e.g. (seed, epoch, sample, transform). */
  constructor(...key: readonly number[]) {
    let a = 0x9e3779b9;
    let b = 0x7f4a7c15;
    for (const word of key) {
      a = mix(a ^ word);
      b = mix((b + word) ^ Math.imul(a, 0x85ebca6b));
    }
    this.#a = a;
    this.#b = b;
  }

  /** 32 uniform bits as an unsigned integer. */
  bits(): number {
    const k = this.#counter++;
    return mix(mix(this.#a + Math.imul(k, 0x9e3779b9)) ^ this.#b) >>> 0;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (this.bits() / 2 ** 32) * (high - low);
  }

  /** A uniform integer in [0, n), n ≤ 2^32. */
  integer(n: number): number {
    return Math.floor((this.bits() / 2 ** 32) * n);
  }
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
