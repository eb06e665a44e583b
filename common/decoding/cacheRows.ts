/**
 * What attention remembers of many sequences: rows of [heads, length, width], one after the other, in memory that grows. A place is written
 * where it lies, so that a step costs as much as it has new; only more rows or places than there is room for move what is there.
 */
export class CacheRows {
  readonly heads: number;
  readonly width: number;
  rows = 0;
  /** Places of a row. */
  length = 0;
  /** Rows that there is room for. */
  #capacity = 0;
  #data = new Float32Array(0);

  constructor(heads: number, width: number) {
    this.heads = heads;
    this.width = width;
  }

  /** [rows, heads, length, width]: a view. */
  get data(): Float32Array {
    return this.#data.subarray(0, this.rows * this.rowSize);
  }

  get shape(): number[] {
    return [this.rows, this.heads, this.length, this.width];
  }

  private get rowSize(): number {
    return this.heads * this.length * this.width;
  }

  /** Makes every row so many places long: the first ones are kept, new ones are 0. */
  resize(length: number): void {
    if (length === this.length) return;
    const { rows, heads, width } = this;
    const next = new Float32Array(this.#capacity * heads * length * width);
    const kept = Math.min(length, this.length) * width;
    for (let block = 0; block < rows * heads; block++) {
      const from = block * this.length * width;
      next.set(this.#data.subarray(from, from + kept), block * length * width);
    }
    this.#data = next;
    this.length = length;
  }

  /** Adds rows of zeros. */
  addRows(count: number): void {
    const { rows, rowSize } = this;
    if (rows + count > this.#capacity) {
      this.#capacity = Math.max(rows + count, Math.min(2 * this.#capacity, rows + count + 32));
      const next = new Float32Array(this.#capacity * rowSize);
      next.set(this.data);
      this.#data = next;
    } else this.#data.fill(0, rows * rowSize, (rows + count) * rowSize);
    this.rows += count;
  }

  /** Row i becomes what row `from[i]` was. In place, and only what moves, where no row moves up. */
  select(from: ArrayLike<number>): void {
    const size = this.rowSize;
    let inPlace = from.length <= this.rows;
    for (let i = 0; i < from.length; i++) inPlace &&= from[i]! >= i;
    if (inPlace) {
      // No row is read after it is written.
      for (let i = 0; i < from.length; i++)
        if (from[i] !== i) this.#data.copyWithin(i * size, from[i]! * size, (from[i]! + 1) * size);
    } else {
      this.#capacity = Math.max(this.#capacity, from.length);
      const next = new Float32Array(this.#capacity * size);
      for (let i = 0; i < from.length; i++)
        next.set(this.#data.subarray(from[i]! * size, (from[i]! + 1) * size), i * size);
      this.#data = next;
    }
    this.rows = from.length;
  }

  /** Copies a row [heads, places, width] in, from place 0 on. */
  writeRow(row: number, source: Float32Array, at: number, places: number): void {
    const { heads, length, width } = this;
    for (let h = 0; h < heads; h++) {
      const from = at + h * places * width;
      this.#data.set(source.subarray(from, from + places * width), (row * heads + h) * length * width);
    }
  }

  /** One place of every row: source [rows, heads, 1, width], row r at place `places[r]`. */
  writePlaces(places: Int32Array, source: Float32Array): void {
    const { rows, heads, length, width } = this;
    const data = this.#data;
    for (let r = 0; r < rows; r++)
      for (let h = 0; h < heads; h++) {
        const from = (r * heads + h) * width;
        const to = ((r * heads + h) * length + places[r]!) * width;
        for (let i = 0; i < width; i++) data[to + i] = source[from + i]!;
      }
  }
}
