import { UserError } from '../../utils/index.js';
import type { Row, StreamingDataset } from '../dataset.js';
import { isImage } from '../image.js';
import { type ChosenColumns, labelOf } from './columns.js';
import type { CheckedOptions } from './options.js';
import type { Opened, Plan, Work } from './plan.js';

/**
 * The batches of a data set that is read from its beginning to its end. A row is known by its place in the epoch: `indices` counts them, and
 * the random numbers depend on it.
 */
export class StreamPlan implements Plan {
  readonly length: number;
  readonly #dataset: StreamingDataset<Row>;
  readonly #columns: ChosenColumns;
  readonly #options: CheckedOptions;

  constructor(dataset: StreamingDataset<Row>, columns: ChosenColumns, options: CheckedOptions) {
    if ('sampler' in options && options.sampler !== undefined)
      throw new UserError(
        'loader: a streaming data set has no rows to sample from: leave out sampler, or load it without streaming',
      );
    this.length = options.length;
    this.#dataset = dataset;
    this.#columns = columns;
    this.#options = options;
  }

  async open(): Promise<Opened> {
    const first = this.#dataset.iterate();
    return {
      ...{ source: undefined, rows: 0 },
      sample: async () => {
        const { value } = await first.next();
        if (value === undefined) return undefined;
        await first.return?.();
        const image = value.row[this.#columns.image];
        return isImage(image) ? { bytes: image.bytes, where: value.where } : undefined;
      },
    };
  }

  /** Rows before batch `from` are read, not decoded: only the stream knows where they end. */
  async *works(epoch: number, from: number): AsyncGenerator<Work, undefined> {
    const { batchSize, dropLast, shuffle, shuffleBuffer, seed } = this.#options;
    const { image, label, columns } = this.#columns;
    const needed = [...new Set([image, ...(label === undefined ? [] : [label]), ...columns])];
    const chosen = this.#dataset.selectColumns(...needed);
    const ordered = shuffle ? chosen.shuffle(mixSeed(seed, epoch), { buffer: shuffleBuffer }) : chosen;
    const skipped = from * batchSize;
    let rows: StreamRow[] = [];
    let number = from;
    for await (const { row, where } of (skipped > 0 ? ordered.skip(skipped) : ordered).iterate()) {
      if (number >= this.length) return undefined;
      rows.push({ row, where });
      if (rows.length < batchSize) continue;
      yield this.#work(epoch, number++, rows);
      rows = [];
    }
    if (rows.length > 0 && !dropLast && number < this.length) yield this.#work(epoch, number, rows);
    return undefined;
  }

  #work(epoch: number, number: number, rows: readonly StreamRow[]): Work {
    const { image, label, columns } = this.#columns;
    const first = number * this.#options.batchSize;
    return {
      ...{ epoch, number, rows: Int32Array.from(rows, (_, i) => first + i) },
      images: pack(
        rows.map(({ row }) => {
          const value = row[image];
          return isImage(value) ? value.bytes : new Uint8Array();
        }),
      ),
      labels: Int32Array.from(rows, ({ row, where }) =>
        label === undefined ? -1 : labelOf(row[label], label, () => where),
      ),
      where: (at) => rows[at]?.where ?? `row ${first + at}`,
      columns: async (places) =>
        places.map((at) => Object.fromEntries(columns.map((name) => [name, rows[at]?.row[name]]))),
    };
  }
}

interface StreamRow {
  row: Row;
  where: string;
}

/** The encoded images in one buffer that can be handed to a thread. */
function pack(files: readonly Uint8Array[]): NonNullable<Work['images']> {
  const offsets = new Uint32Array(files.length + 1);
  for (const [i, file] of files.entries()) offsets[i + 1] = offsets[i]! + file.length;
  const all = new Uint8Array(offsets[files.length]!);
  for (const [i, file] of files.entries()) all.set(file, offsets[i]!);
  return { bytes: all.buffer, offsets };
}

/** Another order in each epoch. */
function mixSeed(seed: number, epoch: number): number {
  return (seed + Math.imul(epoch, 0x9e3779b1)) >>> 0;
}
