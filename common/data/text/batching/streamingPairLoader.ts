import { UserError } from '../../../utils/index.js';
import type { ColumnName, Row, StreamCursor, StreamingDataset } from '../../dataset.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { TokenTable } from '../tokenTable.js';
import { expectWhole, lend } from './loader.js';
import type { PairCursor } from './pairCursor.js';
import { collatePairs, type PairBatch, type PairLoaderOptions, pairLengths } from './pairLoader.js';
import { planBatches } from './plan.js';

export interface StreamingPairOptions<T> extends Omit<PairLoaderOptions, 'buckets' | 'widths'> {
  tokenizer: Tokenizer;
  source: ColumnName<T>;
  target: ColumnName<T>;
  /** The widths of batches, ascending: the lengths of a stream are not known beforehand. Pairs that are longer are left out and counted. */
  widths: readonly number[];
  /** Pairs that are read and sorted into batches together. Default 8,192. */
  window?: number;
}

export interface StreamingPairLoader {
  /** Batches from the beginning or from where a cursor was taken; `cursor` stands behind the batch it comes with. */
  batches(from?: PairCursor): AsyncIterableIterator<PairBatch & { cursor: PairCursor }>;
  /** Pairs that were longer than the widest batch, in this process. */
  readonly tooLong: number;
  close(): Promise<void>;
}

/**
 * Batches of pairs from a stream (wmt14 and the like) with bounded memory: a window of rows at a time is encoded, sorted by length, cut into
 * batches and shuffled. Indices count within the window.
 *
 * @throws UserError naming file and row of a value that is no text.
 */
export function createStreamingPairLoader<T extends Row>(
  stream: StreamingDataset<T>,
  options: StreamingPairOptions<T>,
): StreamingPairLoader {
  const { tokenizer, window: windowSize = 8192, widths, sourceEos = true } = options;
  expectWhole('window', windowSize, 1);
  const widest = widths.at(-1);
  if (widest === undefined) throw new UserError('a streaming pair loader needs widths');
  let tooLong = 0;
  let closed = false;

  const plan = (rows: readonly { source: Int32Array; target: Int32Array }[], number: number) => {
    const all = {
      source: TokenTable.from(rows.map((r) => r.source)),
      target: TokenTable.from(rows.map((r) => r.target)),
    };
    return { pairs: all, batches: planBatches(pairLengths(all, sourceEos), options).batches(number) };
  };

  return {
    get tooLong() {
      return tooLong;
    },
    async *batches(from) {
      let cursor: PairCursor = from ?? { window: 0, batch: 0 };
      const rows: { source: Int32Array; target: Int32Array }[] = [];
      let behind: StreamCursor | undefined = cursor.stream;
      let latest: (() => StreamCursor) | undefined;
      const flush = async function* () {
        const { pairs, batches } = plan(rows, cursor.window);
        for (let b = cursor.batch; b < batches.length; b++) {
          if (closed) throw new Error('the loader is closed');
          const last = b + 1 === batches.length;
          const next: PairCursor = last
            ? { stream: behind, window: cursor.window + 1, batch: 0 }
            : { ...cursor, batch: b + 1 };
          yield* lend({ ...collatePairs(pairs, batches[b]!, options), cursor: next });
        }
        cursor = { stream: behind, window: cursor.window + 1, batch: 0 };
        rows.length = 0;
      };
      for await (const { row, cursor: after, where } of stream.iterate(cursor.stream)) {
        const ids = (column: ColumnName<T>): Int32Array => {
          const text: unknown = row[column];
          if (typeof text !== 'string') throw new UserError(`${where}: ${column} is no text`);
          return tokenizer.encodeIds(text, { addSpecialTokens: false });
        };
        const pair = { source: ids(options.source), target: ids(options.target) };
        const fits = Math.max(pair.source.length + (sourceEos ? 1 : 0), pair.target.length + 1) <= widest;
        if (fits) rows.push(pair);
        else tooLong++;
        latest = after;
        if (rows.length < windowSize) continue;
        behind = after();
        yield* flush();
      }
      behind = latest?.() ?? behind;
      if (rows.length > 0) yield* flush();
    },
    async close() {
      closed = true;
    },
  };
}
