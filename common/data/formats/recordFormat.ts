import type { Feature, Features } from '../features.js';
import type { Splitter } from './splitter.js';

/** A text format whose rows are runs of bytes. */
export interface RecordFormat {
  readonly name: 'jsonl' | 'json' | 'csv' | 'text';
  /** Between the fields, of CSV. */
  readonly delimiter?: string;
  splitter(): Splitter;
  /** True where the first record is no row: the header of a CSV file, from which the columns' names come. */
  readonly header: boolean;
  /** The columns' names by the header; undefined for a format without. Throws an Error where it cannot be understood. */
  columns(header: Uint8Array | undefined): readonly string[] | undefined;
  /** The rows of some records: the stored values by column. A row that cannot be read is an Error in its place. */
  parse(records: readonly Uint8Array[], columns: readonly string[] | undefined): (Record<string, unknown> | Error)[];
  /** The feature that a stored value has by itself; texts of CSV look at what they spell. */
  featureOf(value: unknown): Feature;
  /** Features that need no look at the rows. */
  readonly fixed: Features | undefined;
  /** Makes a stored value what the feature's reader expects (`NA` of a CSV file becomes null). */
  prepare(value: unknown, feature: Feature): unknown;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a record. Throws an Error where it is no UTF-8. */
export function textOf(record: Uint8Array): string {
  try {
    return utf8.decode(record);
  } catch {
    throw new Error('the bytes are no UTF-8 text');
  }
}
