import type { DuckDBConnection } from '@duckdb/node-api';
import type { Dataset } from '../dataset.js';
import { isImage } from '../image.js';
import { quoteName, quoteText, sqlType, toSql } from './duckTypes.js';

/** What DuckDB reads itself. */
export interface ReadableFiles {
  format: 'parquet' | 'jsonl' | 'json' | 'csv';
  /** Absolute. */
  paths: readonly string[];
  /** Between the fields, of CSV. */
  delimiter?: string;
}

/** The files of a data set, where DuckDB finds in them the same rows with the same values. */
export function readableFiles({ files, features }: Dataset): ReadableFiles | undefined {
  if (files === undefined) return undefined;
  const { format, paths, delimiter } = files;
  if (format === 'parquet') return { format, paths };
  // In text, labels may be names, and what is no plain value is our reader's business.
  const plain = Object.values(features).every(({ type }) => type === 'value');
  if (!plain) return undefined;
  if (format === 'csv' && delimiter?.length === 1) return { format, paths, delimiter };
  return format === 'jsonl' || format === 'json' ? { format, paths } : undefined;
}

/** The SQL of a reader of these files, with the data set's columns and types. */
export async function readerOf({ format, paths, delimiter = ',' }: ReadableFiles, dataset: Dataset): Promise<string> {
  const { missing } = await import('../formats/csv.js');
  const files = `[${paths.map(quoteText).join(', ')}]`;
  const types = Object.entries(dataset.features).flatMap(([name, feature]) => {
    const type = sqlType(feature);
    return type === undefined ? [] : [{ name, type }];
  });
  const names = types.map(({ name }) => quoteName(name)).join(', ');
  const columns = `{${types.map(({ name, type }) => `${quoteText(name)}: ${quoteText(type)}`).join(', ')}}`;
  const reader = {
    parquet: `read_parquet(${files})`,
    jsonl: `read_json(${files}, format = 'newline_delimited', columns = ${columns})`,
    json: `read_json(${files}, format = 'array', columns = ${columns})`,
    // Nothing is left to DuckDB's guesses: it must read what our own reader reads.
    csv: `read_csv(${files}, auto_detect = false, header = true, columns = ${columns}, delim = ${quoteText(delimiter)}, quote = '"', escape = '"', nullstr = [${[...missing].map(quoteText).join(', ')}])`,
  };
  return `SELECT ${names} FROM ${reader[format]}`;
}

/** Rows that are appended at a time: what a DuckDB vector holds. */
const CHUNK = 2048;

/** Copies rows into a new table: the columns that the query names (an image column may be large). */
export async function appendRows(
  connection: DuckDBConnection,
  table: string,
  dataset: Dataset,
  columns: readonly string[],
): Promise<void> {
  const { DuckDBDataChunk, JSToDuckDBValueConverter } = await import('@duckdb/node-api');
  const features = columns.map((name) => [name, dataset.features[name]!] as const);
  const definitions = features.map(([name, feature]) => `${quoteName(name)} ${sqlType(feature)}`);
  await connection.run(`CREATE TABLE ${quoteName(table)} (${definitions.join(', ')})`);
  const appender = await connection.createAppender(table);
  const types = columns.map((_, i) => appender.columnType(i));
  let rows: unknown[][] = [];
  const flush = () => {
    const chunk = DuckDBDataChunk.create(types, rows.length);
    // toSql has made of each value what its column's type takes.
    chunk.setRowsConverted(rows, JSToDuckDBValueConverter as Parameters<typeof chunk.setRowsConverted<unknown>>[1]);
    appender.appendDataChunk(chunk);
    rows = [];
  };
  for await (const row of dataset.selectColumns(...columns).rows()) {
    rows.push(
      features.map(([name, feature]) =>
        toSql(feature.type === 'image' && !isImage(row[name]) ? null : row[name], feature),
      ),
    );
    if (rows.length === CHUNK) flush();
  }
  if (rows.length > 0) flush();
  appender.closeSync();
}
