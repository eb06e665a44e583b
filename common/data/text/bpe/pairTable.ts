/**
 * Numbers pairs of token ids in order of appearance: an open-addressing hash table, which is several times as fast as a Map with a
 * composed key.
 */
export class PairTable {
  left = new Int32Array(1 << 12);
  right = new Int32Array(1 << 12);
  /** How often each pair stands in the texts. */
  counts = new Float64Array(1 << 12);
  length = 0;
  /** 1 + the pair's number, 0 where free. */
  #slots = new Int32Array(1 << 14);

  /** The number of a pair; a new one where it was not seen yet. */
  index(a: number, b: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(a, b) & mask;
    for (;;) {
      const entry = this.#slots[slot]!;
      if (entry === 0) break;
      if (this.left[entry - 1] === a && this.right[entry - 1] === b) return entry - 1;
      slot = (slot + 1) & mask;
    }
    const index = this.length++;
    if (index === this.left.length) this.#grow();
    this.left[index] = a;
    this.right[index] = b;
    this.#slots[slot] = index + 1;
    if (2 * this.length > this.#slots.length) this.#rehash();
    return index;
  }

  #grow(): void {
    const size = 2 * this.left.length;
    const left = new Int32Array(size);
    const right = new Int32Array(size);
    const counts = new Float64Array(size);
    left.set(this.left);
    right.set(this.right);
    counts.set(this.counts);
    this.left = left;
    this.right = right;
    this.counts = counts;
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let i = 0; i < this.length; i++) {
      let slot = hash(this.left[i]!, this.right[i]!) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = i + 1;
    }
    this.#slots = slots;
  }
}

function hash(a: number, b: number): number {
  let x = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
