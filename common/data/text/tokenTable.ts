import { UserError } from '../../utils/index.js';

/** The token ids of many texts, one after the other: four bytes a token. */
export class TokenTable {
  /** All tokens. */
  readonly tokens: Int32Array;
  /** Where each text begins, and where the last one ends: length + 1 numbers. */
  readonly offsets: Float64Array;
  /** Tokens of each text. */
  readonly lengths: Int32Array;

  constructor(tokens: Int32Array, offsets: Float64Array) {
    this.tokens = tokens;
    this.offsets = offsets;
    this.lengths = new Int32Array(Math.max(0, offsets.length - 1));
    for (let i = 0; i < this.lengths.length; i++) {
      const length = offsets[i + 1]! - offsets[i]!;
      if (!(length >= 0)) throw new RangeError(`the offsets of text ${i} go back`);
      this.lengths[i] = length;
    }
    if ((offsets.at(-1) ?? 0) > tokens.length) throw new RangeError('the offsets lie behind the tokens');
  }

  /** Texts. */
  get length(): number {
    return this.lengths.length;
  }

  /** The tokens of a text: a view. */
  row(index: number): Int32Array {
    if (!(index >= 0 && index < this.length)) throw new RangeError(`text ${index} of ${this.length}`);
    return this.tokens.subarray(this.offsets[index]!, this.offsets[index + 1]!);
  }

  static from(rows: Iterable<ArrayLike<number>>): TokenTable {
    const builder = new TokenTableBuilder();
    for (const row of rows) builder.add(row);
    return builder.finish();
  }
}

/** Collects texts in buffers that double. */
export class TokenTableBuilder {
  #tokens = new Int32Array(1 << 16);
  #offsets = new Float64Array(1 << 12);
  #length = 0;
  #used = 0;

  add(row: ArrayLike<number>): void {
    const end = this.#used + row.length;
    if (end > 2 ** 30) throw new UserError('more than 2^30 tokens do not fit into memory: stream the data set');
    if (end > this.#tokens.length) {
      const larger = new Int32Array(Math.max(end, 2 * this.#tokens.length));
      larger.set(this.#tokens);
      this.#tokens = larger;
    }
    this.#tokens.set(row, this.#used);
    this.#used = end;
    if (this.#length + 2 > this.#offsets.length) {
      const larger = new Float64Array(2 * this.#offsets.length);
      larger.set(this.#offsets);
      this.#offsets = larger;
    }
    this.#offsets[++this.#length] = end;
  }

  finish(): TokenTable {
    return new TokenTable(this.#tokens.slice(0, this.#used), this.#offsets.slice(0, this.#length + 1));
  }
}
