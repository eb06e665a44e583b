import type { ImageSegment } from './image.js';

/** The encoded image files of a split, in rows' order. Only `segments` is sent to a worker. */
export class EncodedImages {
  readonly segments: readonly ImageSegment[];
  readonly length: number;
  /** The row at which each segment starts. */
  readonly #starts: number[] = [];

  constructor(segments: readonly ImageSegment[]) {
    this.segments = segments;
    let rows = 0;
    for (const { offsets } of segments) {
      this.#starts.push(rows);
      rows += offsets.length - 1;
    }
    this.length = rows;
  }

  /** The file of one image: a view, not a copy. */
  bytes(row: number): Uint8Array {
    if (!(row >= 0 && row < this.length)) throw new RangeError(`row ${row} of ${this.length}`);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    const { bytes, offsets } = this.segments[low]!;
    const i = row - this.#starts[low]!;
    return new Uint8Array(bytes, offsets[i]!, offsets[i + 1]! - offsets[i]!);
  }
}
