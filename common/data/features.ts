import type { Image } from './image.js';

/** What a column holds, in the terms of Python's `datasets`. */
export type Feature =
  | { readonly type: 'image' }
  | { readonly type: 'classLabel'; readonly names: readonly string[] }
  | { readonly type: 'value'; readonly dtype: Dtype; readonly bigint?: boolean }
  | { readonly type: 'sequence'; readonly feature: Feature; readonly length?: number }
  | { readonly type: 'struct'; readonly fields: Features }
  /** Audio, Video, Pdf …: the column is known and can be left out, reading it is an error. */
  | { readonly type: 'unsupported'; readonly name: string };

/** The columns of a data set, in order. */
export type Features = Readonly<Record<string, Feature>>;

/** The value types of `datasets` (Arrow's names), without their parameters' spelling: `timestamp[us]`, `decimal128(10, 2)` are kept as written. */
export type Dtype =
  | 'null'
  | 'bool'
  | `int${8 | 16 | 32 | 64}`
  | `uint${8 | 16 | 32 | 64}`
  | `float${16 | 32 | 64}`
  | 'string'
  | 'large_string'
  | 'binary'
  | 'large_binary'
  | 'json'
  | 'date32'
  | 'date64'
  | `time32[${string}]`
  | `time64[${string}]`
  | `timestamp[${string}]`
  | `duration[${string}]`
  | `decimal128(${string})`
  | `decimal256(${string})`;

declare const valueType: unique symbol;

/**
 * What the caller of loadDataset expects of a column; made by `image()`, `classLabel()`, `value()` …. It carries the TypeScript type of the
 * column's values, and is compared with the real feature when the data set is opened.
 */
export interface ColumnSpec<V> {
  readonly feature: FeatureSpec;
  /** Only a type: nothing has this property. */
  readonly [valueType]?: V;
}

/** A feature with parts left open: `names` of a class label, `dtype` of any number. */
export type FeatureSpec =
  | { readonly type: 'image' }
  | { readonly type: 'classLabel'; readonly names?: readonly string[] }
  | { readonly type: 'value'; readonly dtypes: readonly string[]; readonly bigint?: boolean; readonly wanted: string }
  | { readonly type: 'sequence'; readonly of: FeatureSpec; readonly length?: number }
  | { readonly type: 'struct'; readonly fields: Readonly<Record<string, FeatureSpec>> }
  | { readonly type: 'optional'; readonly of: FeatureSpec }
  | { readonly type: 'any' };

/** A spec for each column of T. */
export type Columns<T> = { readonly [K in keyof T]: ColumnSpec<T[K]> };

const integers = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'];
const floats = ['float16', 'float32', 'float64', 'decimal128', 'decimal256'];

/** A column of encoded images. */
export const image = (): ColumnSpec<Image> => ({ feature: { type: 'image' } });

/** A column of class labels: integers from 0. With `names` the data set must have exactly these, in this order. */
export const classLabel = (names?: readonly string[]): ColumnSpec<number> => ({
  feature: names === undefined ? { type: 'classLabel' } : { type: 'classLabel', names },
});

/** A column of text. */
export const text = (): ColumnSpec<string> => wanted('text', ['string', 'large_string', 'json']);

/** A column of numbers: integers, floats or decimals of any width. An integer beyond 2^53 − 1 is an error that names its row. */
export const number = (): ColumnSpec<number> => wanted('a number', [...integers, ...floats]);

/** A column of whole numbers of any width, as `number()`. */
export const integer = (): ColumnSpec<number> => wanted('an integer', integers);

/** A column of integers as BigInt: for ids beyond 2^53 − 1. */
export const bigint = (): ColumnSpec<bigint> => ({
  feature: { type: 'value', dtypes: integers, bigint: true, wanted: 'an integer' },
});

/** A column of true and false. */
export const boolean = (): ColumnSpec<boolean> => wanted('a truth value', ['bool']);

/** A column of bytes. */
export const binary = (): ColumnSpec<Uint8Array> => wanted('bytes', ['binary', 'large_binary']);

/** A column of dates or points in time, as Date (milliseconds; finer parts are cut off). */
export const date = (): ColumnSpec<Date> => wanted('a date', ['date32', 'date64', 'timestamp']);

/** A column of lists. */
export const sequence = <V>(of: ColumnSpec<V>, length?: number): ColumnSpec<readonly V[]> => ({
  feature: length === undefined ? { type: 'sequence', of: of.feature } : { type: 'sequence', of: of.feature, length },
});

/** A column of records with these fields. */
export const struct = <T>(fields: Columns<T>): ColumnSpec<T> => {
  const specs: Record<string, FeatureSpec> = {};
  for (const [name, spec] of Object.entries<ColumnSpec<unknown>>(fields)) specs[name] = spec.feature;
  return { feature: { type: 'struct', fields: specs } };
};

/** A column that may have no value in some rows: null there. Without it a missing value is an error that names its row. */
export const optional = <V>(of: ColumnSpec<V>): ColumnSpec<V | null> => ({
  feature: { type: 'optional', of: of.feature },
});

/** A column of whatever the data set has. */
export const unknown = (): ColumnSpec<unknown> => ({ feature: { type: 'any' } });

function wanted<V>(text: string, dtypes: readonly string[]): ColumnSpec<V> {
  return { feature: { type: 'value', dtypes, wanted: text } };
}
