import type { Features } from './features.js';
import type { ImageSource } from './image.js';

/** One row: the value of each column. */
export type Row = Readonly<Record<string, unknown>>;

/** The files that a table is, whole and unchanged: what DuckDB can read by itself. */
export interface TableFiles {
  readonly format: 'parquet' | 'jsonl' | 'json' | 'csv' | 'text' | 'imagefolder';
  /** Absolute. */
  readonly paths: readonly string[];
  /** Between the fields, of CSV. */
  readonly delimiter?: string;
}

/** What a data set is called, beside its rows. */
export interface DatasetInfo {
  name: string;
  config: string | undefined;
  splitName: string;
  folder: string | undefined;
}

/** Rows that can be read in any order: what a Dataset is made of. Values are as `valueReader` says. */
export interface Table {
  readonly features: Features;
  readonly length: number;
  /** Hex SHA-256 of what determines the rows. */
  readonly fingerprint: string;
  /** How many rows from `from` on are best read at once. */
  batch(from: number): number;
  where(row: number): string;
  /** The named columns of these rows, in this order. */
  gather(rows: ArrayLike<number>, columns: readonly string[]): Promise<Row[]>;
  /** The `path` of each image of a column, where that is cheaper than reading the images. */
  paths?(column: string): Promise<(string | null)[]>;
  /** The encoded images of a column: see ImageSource. */
  images(column: string, maxMemory: number): Promise<ImageSource>;
  readonly files?: TableFiles;
  /** The same rows read as these features: the same columns, some of their integers as BigInt. Undefined where values are computed. */
  cast?(features: Features): Table;
}
