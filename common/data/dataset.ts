import type { Columns, Features } from './features.js';
import type { DataFrameOptions } from './frames/dataFrameOptions.js';
import type { Image, ImageSource } from './image.js';
import type { Row, TableFiles } from './table.js';

export type { Row, TableFiles };

/** The names of T's columns. */
export type ColumnName<T> = keyof T & string;

/** The names of the columns of T whose values are images. */
export type ImageColumn<T> = { [K in ColumnName<T>]: Image extends T[K] ? K : never }[ColumnName<T>];

export interface ImageSourceOptions {
  /** Encoded images up to so many bytes in all are kept in memory; 256 MB by default. */
  maxMemory?: number;
}

export interface FilterOptions<K> {
  /** The columns that the function looks at; all by default. Naming them leaves the images unread. */
  columns?: readonly K[];
}

export interface MapOptions {
  /** The features of the new rows; by default those of the old where the values still fit, else told from the first row. */
  features?: Features;
  /** What the function depends on beside its text (a threshold, a table …): becomes part of the fingerprint. */
  key?: string;
}

/**
 * The rows of a split: immutable, read when asked for. Every method that changes something gives a new Dataset that reads from this one;
 * none copies rows. Methods that must read rows first (filter, map, sort, unique, split by class) give a promise.
 */
export interface Dataset<T extends Row = Row> extends AsyncIterable<T> {
  /** `owner/name`, or the name of the folder or file. */
  readonly name: string;
  readonly config: string | undefined;
  /** As it was asked for: `train`, `train[:10%]`. */
  readonly splitName: string;
  /** The columns, in order. */
  readonly features: Features;
  /** Rows. */
  readonly length: number;
  /** Hex SHA-256 of the source (files, sizes, schema) and of all operations since: equal where the rows are. No part is the place on disk. */
  readonly fingerprint: string;

  /** One row. A negative index counts from the end. @throws RangeError outside the set; UserError naming file and row for a broken one. */
  row(index: number): Promise<T>;
  /** The rows from … to − 1 in order. Reads ahead by row groups, not by rows. */
  rows(from?: number, to?: number): AsyncIterableIterator<T>;
  /** The values of one column; the others are not read. */
  column<K extends ColumnName<T>>(name: K, from?: number, to?: number): Promise<T[K][]>;
  /** These rows of several columns at once, in this order: one reading for a batch. */
  gather<K extends ColumnName<T>>(indices: ArrayLike<number>, columns?: readonly K[]): Promise<Pick<T, K>[]>;

  select(indices: Iterable<number>): Dataset<T>;
  take(count: number): Dataset<T>;
  skip(count: number): Dataset<T>;
  /** A permutation that is a pure function of (length, seed). */
  shuffle(seed: number): Dataset<T>;
  /** This set followed by the others, which must have the same columns. */
  concat(...others: readonly Dataset<T>[]): Dataset<T>;
  /** Part `index` of `count`: every count-th row, or (contiguous) one block. */
  shard(index: number, count: number, options?: { contiguous?: boolean }): Dataset<T>;
  filter<K extends ColumnName<T> = ColumnName<T>>(
    keep: (row: Pick<T, K>, index: number) => boolean | Promise<boolean>,
    options?: FilterOptions<K>,
  ): Promise<Dataset<T>>;
  /** New rows, computed whenever they are read. The function must depend on its arguments alone. */
  map<U extends Row>(change: (row: T, index: number) => U | Promise<U>, options?: MapOptions): Promise<Dataset<U>>;
  /** Rows in the order of a column (stable; missing values last). */
  sort(column: ColumnName<T>, options?: { descending?: boolean }): Promise<Dataset<T>>;
  /** The different values of a column, in the order in which they first appear. */
  unique<K extends ColumnName<T>>(column: K): Promise<T[K][]>;
  /**
   * Random parts by their shares (`{ train: 0.9, val: 0.1 }`), in the original order within each part; what rounding leaves goes to the
   * largest remainders. With `stratifyBy` (a column of class labels or text) each class is divided by itself.
   */
  split<K extends string>(
    shares: Readonly<Record<K, number>>,
    options?: { seed?: number; stratifyBy?: ColumnName<T> },
  ): Promise<Record<K, Dataset<T>>>;

  selectColumns<K extends ColumnName<T>>(...columns: readonly K[]): Dataset<Pick<T, K>>;
  removeColumns<K extends ColumnName<T>>(...columns: readonly K[]): Dataset<Omit<T, K>>;
  rename<K extends ColumnName<T>, N extends string>(column: K, name: N): Dataset<Omit<T, K> & Record<N, T[K]>>;
  /** The same rows as another type, after the features have been checked against these columns. */
  typed<U extends Row>(columns: Columns<U>): Dataset<U>;

  /** The folder on disk that the data came from; undefined for what was not read from one folder. */
  readonly folder: string | undefined;
  /** The files that this set is, whole and unchanged: what DuckDB can read by itself. */
  readonly files: TableFiles | undefined;
  /** File and row (or line) of a row, for messages. */
  where(index: number): string;
  /** The `path` of each image, without reading the images. */
  paths(column?: ColumnName<T>): Promise<(string | null)[]>;
  /** All class labels. @throws UserError naming file and row of a label outside the range. */
  labels(column?: ColumnName<T>): Promise<Int32Array>;
  /** The encoded images for the loader's workers. */
  imageSource(column?: ColumnName<T>, options?: ImageSourceOptions): Promise<ImageSource>;

  /** The rows as a danfo.js DataFrame. */
  toDataFrame(options?: DataFrameOptions): Promise<import('danfojs-node').DataFrame>;
  /** The result of a DuckDB query, in which the rows are the table `data` (see frames/query.ts). */
  query(sql: string): Promise<Row[]>;
}

/** What a stream needs to go on: numbers and lists of them. */
export type CursorState = number | readonly CursorState[];

/** Where a stream stands: plain data, to be stored with a checkpoint as JSON. */
export interface StreamCursor {
  /** The fingerprint of the stream that it belongs to. */
  readonly fingerprint: string;
  readonly state: CursorState;
}

/** A row of a stream; `where` names file and row, for messages. */
export interface StreamedRow<T> {
  readonly row: T;
  readonly where: string;
  readonly cursor: () => StreamCursor;
}

/**
 * The rows of a split as they arrive: nothing is downloaded or read ahead of need, the number of rows need not be known.
 * Iterating twice starts twice. A broken row is a UserError naming file and row.
 */
export interface StreamingDataset<T extends Row = Row> extends AsyncIterable<T> {
  readonly name: string;
  readonly config: string | undefined;
  readonly splitName: string;
  readonly features: Features;
  readonly fingerprint: string;
  filter(keep: (row: T) => boolean | Promise<boolean>): StreamingDataset<T>;
  map<U extends Row>(change: (row: T) => U | Promise<U>, options?: MapOptions): StreamingDataset<U>;
  /** Files (or row groups) in random order, then a buffer of rows (1,000 by default) from which a random one is given out: a function of the seed. */
  shuffle(seed: number, options?: { buffer?: number }): StreamingDataset<T>;
  take(count: number): StreamingDataset<T>;
  skip(count: number): StreamingDataset<T>;
  /** Part `index` of `count`: whole files or row groups where there are enough of them, else every count-th row. */
  shard(index: number, count: number): StreamingDataset<T>;
  selectColumns<K extends ColumnName<T>>(...columns: readonly K[]): StreamingDataset<Pick<T, K>>;
  /** The same rows as another type, after the features have been checked against these columns. */
  typed<U extends Row>(columns: Columns<U>): StreamingDataset<U>;
  /**
   * Iterates with a cursor for each row: `cursor()` called while a row is in hand stands behind that row, and `from` goes on there, exactly,
   * with the same rows in a shuffle's buffer (which are read again).
   */
  iterate(from?: StreamCursor): AsyncIterableIterator<StreamedRow<T>>;
  [Symbol.asyncIterator](): AsyncIterableIterator<T>;
}
