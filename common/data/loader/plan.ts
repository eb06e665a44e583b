import type { Row } from '../dataset.js';
import type { ImageSource } from '../image.js';
import type { BatchRows } from './messages.js';

/** A batch that is to be made. */
export interface Work extends BatchRows {
  /** Its number in the epoch. */
  number: number;
  labels: Int32Array;
  /** File and row of image `at`, for messages. */
  where(at: number): string;
  /** The values of the extra columns for the images at these places. */
  columns(places: readonly number[]): Promise<readonly Row[]>;
}

/** Where a loader's batches come from: which rows belong to which batch, and what is known beside the images. */
export interface Plan {
  /** Batches an epoch; Infinity where that is not known. */
  readonly length: number;
  /** Reads what is needed before the first batch. */
  open(): Promise<Opened>;
  /** The batches of an epoch in order; what lies before number `from` is not decoded. */
  works(epoch: number, from: number): AsyncIterator<Work, undefined> | Iterator<Work, undefined>;
}

export interface Opened {
  /** Where workers find the images by row; undefined where each batch brings its own. */
  source: ImageSource | undefined;
  /** Rows that `source` has. */
  rows: number;
  /** The encoded image number i of the set, to learn the images' shape; undefined at the end. */
  sample(i: number): Promise<{ bytes: Uint8Array; where: string } | undefined>;
}
