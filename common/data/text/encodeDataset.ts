import { didYouMean, UserError } from '../../utils/index.js';
import type { ColumnName, Dataset, Row } from '../dataset.js';
import { cachedTable, tokenCachePath } from './tokenCache.js';
import type { Tokenizer } from './tokenizer/tokenizer.js';
import { type TokenTable, TokenTableBuilder } from './tokenTable.js';

/** Rows read at once. */
const CHUNK = 4096;

export interface EncodeDatasetOptions {
  tokenizer: Tokenizer;
  /** What the tokenizer's template adds. Default false: the loaders add begin and end themselves. */
  addSpecialTokens?: boolean;
  /** Longer texts are cut. Default: no limit. */
  maxLength?: number;
  /** Keep the ids in assets/cache/tokens, by data set, tokenizer, column and options. Default true. */
  cache?: boolean;
  onProgress?: (rows: number, total: number) => void;
}

/**
 * The token ids of one text column of a data set.
 *
 * @throws UserError for a column that is not there, and naming file and row of a value that is no text.
 */
export async function encodeDataset<T extends Row>(
  dataset: Dataset<T>,
  column: ColumnName<T>,
  options: EncodeDatasetOptions,
): Promise<TokenTable> {
  const { tokenizer, addSpecialTokens = false, maxLength, cache = true, onProgress } = options;
  const columns = Object.keys(dataset.features);
  if (!columns.includes(column))
    throw new UserError(
      `${dataset.name} ${dataset.splitName} has no column "${column}"; there are ${columns.join(', ')}.${didYouMean(column, columns)}`,
    );
  if (maxLength !== undefined && !(Number.isInteger(maxLength) && maxLength >= 1))
    throw new UserError(`encodeDataset: maxLength is ${maxLength}; it must be a whole number, 1 or more`);
  const make = async () => {
    const builder = new TokenTableBuilder();
    for (let from = 0; from < dataset.length; from += CHUNK) {
      const texts: unknown[] = await dataset.column(column, from, Math.min(from + CHUNK, dataset.length));
      for (const [i, text] of texts.entries()) {
        if (typeof text !== 'string')
          throw new UserError(`${dataset.where(from + i)}: ${column} is ${describe(text)}; it must be a text`);
        const ids = tokenizer.encodeIds(text, { addSpecialTokens });
        builder.add(maxLength === undefined ? ids : ids.subarray(0, maxLength));
      }
      onProgress?.(Math.min(from + CHUNK, dataset.length), dataset.length);
    }
    return builder.finish();
  };
  if (!cache) return make();
  const key = JSON.stringify([dataset.fingerprint, tokenizer.fingerprint, column, addSpecialTokens, maxLength ?? null]);
  return cachedTable(tokenCachePath(key), make);
}

function describe(value: unknown): string {
  return value === null || value === undefined ? 'missing' : `a value of type ${typeof value}`;
}

/**
 * The texts of one or several columns, row by row and column by column: what `trainBpe` takes for a shared vocabulary.
 *
 * @throws UserError naming file and row of a value that is no text.
 */
export async function* textsOf<T extends Row>(
  dataset: Dataset<T>,
  ...columns: readonly ColumnName<T>[]
): AsyncGenerator<string> {
  for (let from = 0; from < dataset.length; from += CHUNK) {
    const to = Math.min(from + CHUNK, dataset.length);
    const rows = await dataset.gather(
      Int32Array.from({ length: to - from }, (_, i) => from + i),
      columns,
    );
    for (const [i, row] of rows.entries())
      for (const column of columns) {
        const text: unknown = row[column];
        if (typeof text !== 'string')
          throw new UserError(`${dataset.where(from + i)}: ${column} is ${describe(text)}; it must be a text`);
        yield text;
      }
  }
}
