/** A value of an Image feature: the encoded file (PNG, JPEG …) as the data set has it. `decodeImage(image.bytes, where)` gives pixels. */
export interface Image {
  readonly bytes: Uint8Array;
  /** The file's name where the data set keeps one: relative to the data set's folder for an image folder. */
  readonly path: string | null;
}

/** True for a value that an Image feature can hold. */
export function isImage(value: unknown): value is Image {
  if (typeof value !== 'object' || value === null || !('bytes' in value) || !('path' in value)) return false;
  return value.bytes instanceof Uint8Array && (value.path === null || typeof value.path === 'string');
}

/** A run of images (a row group of a parquet file) as one shared buffer: a worker thread sees it without a copy. */
export interface ImageSegment {
  bytes: SharedArrayBuffer;
  /** Image i is bytes[offsets[i]] … bytes[offsets[i + 1]]: one more than there are images; a Uint32Array in shared memory. */
  offsets: Uint32Array;
}

/** `length` of an image that reaches from its offset to the file's end: a file of an image folder, whose size nobody had to ask for. */
export const TO_END = 0xffffffff;

/**
 * The encoded bytes of an image column for worker threads: plain data and shared buffers only. Row i of the data set is
 * `memory`: place `rows[i]` (or i, where `rows` is left out) in the segments taken one after another;
 * `ranges`: `length[i]` bytes (TO_END: all the rest) at `offset[i]` of `files[file[i]]`, which a worker reads itself.
 */
export type ImageSource =
  | { readonly kind: 'memory'; readonly segments: readonly ImageSegment[]; readonly rows?: Uint32Array }
  | {
      readonly kind: 'ranges';
      readonly files: readonly string[];
      readonly file: Uint32Array;
      readonly offset: Float64Array;
      readonly length: Uint32Array;
    };
