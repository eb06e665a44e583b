/** A run of images (a row group of a parquet file) as one shared buffer: a worker thread sees it without a copy. */
export interface ImageSegment {
  bytes: SharedArrayBuffer;
  /** Image i is bytes[offsets[i]] … bytes[offsets[i + 1]]: one more than there are images; a Uint32Array in shared memory. */
  offsets: Uint32Array;
}

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

/** Packs image files into one segment. */
export function packImages(files: readonly Uint8Array[]): ImageSegment {
  const offsets = new Uint32Array(new SharedArrayBuffer(4 * (files.length + 1)));
  for (const [i, file] of files.entries()) offsets[i + 1] = offsets[i]! + file.length;
  const bytes = new SharedArrayBuffer(offsets[files.length]!);
  const all = new Uint8Array(bytes);
  for (const [i, file] of files.entries()) all.set(file, offsets[i]!);
  return { bytes, offsets };
}
