import type { RecordFormat } from './recordFormat.js';
import { textOf } from './recordFormat.js';
import { LineSplitter } from './splitter.js';

/** Plain text: a row for each line, one column `text`. */
export const textFormat: RecordFormat = {
  name: 'text',
  header: false,
  fixed: { text: { type: 'value', dtype: 'string' } },
  splitter: () => new LineSplitter({ skipBlank: false }),
  columns: () => undefined,
  parse: (records) =>
    records.map((record) => {
      try {
        return { text: textOf(record) };
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      }
    }),
  featureOf: () => ({ type: 'value', dtype: 'string' }),
  prepare: (value) => value,
};
