import Papa from 'papaparse';
import type { Feature } from '../features.js';
import type { RecordFormat } from './recordFormat.js';
import { textOf } from './recordFormat.js';
import { CsvSplitter } from './splitter.js';

/** What pandas, and so Python's `datasets`, takes for a missing value. */
export const missing: ReadonlySet<string> = new Set([
  ...['', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN'],
  ...['<NA>', 'N/A', 'NA', 'NULL', 'NaN', 'None', 'n/a', 'nan', 'null'],
]);

const truths: Readonly<Record<string, boolean>> = {
  ...{ True: true, TRUE: true, true: true },
  ...{ False: false, FALSE: false, false: false },
};

const INTEGER = /^\s*[+-]?\d+\s*$/;
const NUMBER = /^\s*[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf(inity)?)\s*$/i;

/**
 * CSV (or TSV) with a header; fields may be quoted (RFC 4180). Types are told from all values of a column, as pandas does: integers,
 * numbers, true and false, else text; empty fields, `NA`, `null` … are missing values.
 */
export function csvFormat(delimiter: string): RecordFormat {
  const fieldsOf = (records: readonly Uint8Array[]) => {
    const { data, errors } = Papa.parse<string[]>(records.map(textOf).join('\n'), { delimiter, newline: '\n' });
    return { data, error: errors[0] };
  };
  return {
    name: 'csv',
    delimiter,
    header: true,
    fixed: undefined,
    splitter: () => new CsvSplitter(delimiter),
    columns(header) {
      if (header === undefined) throw new Error('the file has no header');
      const { data, error } = fieldsOf([header]);
      if (error !== undefined || data[0] === undefined)
        throw new Error(`the header: ${error?.message ?? 'it is empty'}`);
      const names = data[0].map((name, i) => (name === '' ? `Unnamed: ${i}` : name));
      const twice = names.find((name, i) => names.indexOf(name) !== i);
      if (twice !== undefined) throw new Error(`two columns are named "${twice}"`);
      return names;
    },
    parse(records, columns = []) {
      try {
        const { data, error } = fieldsOf(records);
        if (error === undefined && data.length === records.length) return data.map((fields) => rowOf(fields, columns));
      } catch {
        // One of them is broken: each by itself tells which.
      }
      return records.map((record) => {
        try {
          const { data, error } = fieldsOf([record]);
          if (error !== undefined || data.length !== 1 || data[0] === undefined)
            return new Error(error?.message ?? 'the row cannot be read');
          return rowOf(data[0], columns);
        } catch (error) {
          return error instanceof Error ? error : new Error(String(error));
        }
      });
    },
    featureOf: csvFeature,
    prepare(value, feature) {
      if (typeof value !== 'string') return value;
      if (missing.has(value)) return null;
      return feature.type === 'value' && feature.dtype === 'bool' ? (truths[value] ?? value) : value;
    },
  };
}

function rowOf(fields: readonly string[], columns: readonly string[]): Record<string, unknown> | Error {
  if (fields.length !== columns.length)
    return new Error(`the row has ${fields.length} fields where the header has ${columns.length}`);
  return Object.fromEntries(columns.map((name, i) => [name, fields[i]]));
}

function csvFeature(value: unknown): Feature {
  if (typeof value !== 'string' || missing.has(value)) return { type: 'value', dtype: 'null' };
  if (INTEGER.test(value)) return { type: 'value', dtype: 'int64' };
  if (NUMBER.test(value)) return { type: 'value', dtype: 'float64' };
  if (Object.hasOwn(truths, value)) return { type: 'value', dtype: 'bool' };
  return { type: 'value', dtype: 'string' };
}
