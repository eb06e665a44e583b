import { UserError } from '../../../utils/index.js';
import { CounterRandom } from '../../random.js';
import { shuffleInPlace } from '../../samplers/random.js';
import { chooseWidths, roundUp, widthOf } from './widths.js';

/** Keeps these streams apart from those of the image loader. */
const ROWS_STREAM = 0x74657874;
const BATCHES_STREAM = 0x62617463;

/** Rows of a batch, and the shape that their tensors have. */
export interface PlannedBatch {
  /** Which texts. */
  rows: Int32Array;
  /** Rows of the tensor: where it is more than the texts, the rest is empty. */
  size: number;
  /** Columns of the tensor. */
  width: number;
}

export interface PlanOptions {
  /** Places in a batch at most, padding included (fairseq's --max-tokens); for pairs those of the longer side. This or `batchSize`. */
  maxTokens?: number;
  /** Texts in a batch (at most, beside maxTokens). */
  batchSize?: number;
  /** Widths are multiples of this. Default 1: few widths are chosen so that they waste little; 8 with 'longest'. */
  padToMultipleOf?: number;
  /** Widths at most. Default 8. `'longest'`: each batch is as wide as its longest text needs (many shapes). */
  buckets?: number | 'longest';
  /** The widths themselves, ascending. */
  widths?: readonly number[];
  /** Texts in a batch are a multiple of this, where maxTokens allows it. Default 8 with maxTokens, else 1. */
  rowsMultipleOf?: number;
  /** The last batch of each width is filled with empty rows, so that its shape is that of the others. Default true (not with 'longest'). */
  fillRows?: boolean;
  /** Another order in each epoch; without it, from short to long. Default false. */
  shuffle?: boolean;
  /** Default 0. */
  seed?: number;
}

/** The batches of every epoch as a pure function of (lengths, options, epoch). */
export interface BatchPlan {
  /** Batches an epoch; the same in all epochs. */
  readonly length: number;
  /** Ascending. */
  readonly widths: readonly number[];
  /** The share of places that hold a token, of all epochs alike. */
  readonly efficiency: number;
  batches(epoch: number): readonly PlannedBatch[];
}

/**
 * Sorts texts of similar length into batches.
 *
 * With widths (the default) each text belongs to the narrowest that holds it, each width has batches of one size, and texts and batches
 * are shuffled anew each epoch. With `buckets: 'longest'` it is fairseq's way: sorted by length, ties in random order, cut where maxTokens
 * is reached, then the batches are shuffled.
 *
 * @param lengths tokens of each text, for pairs of the longer side.
 * @throws UserError naming the option, or the text that no width or batch holds.
 */
export function planBatches(lengths: ArrayLike<number>, options: PlanOptions): BatchPlan {
  const { maxTokens, batchSize, buckets = 8, shuffle = false, seed = 0 } = options;
  const padToMultipleOf = paddingOf(options);
  const { rowsMultipleOf = maxTokens === undefined ? 1 : 8 } = options;
  expectCounts({ maxTokens, batchSize, padToMultipleOf, rowsMultipleOf });
  if (maxTokens === undefined && batchSize === undefined)
    throw new UserError('a text loader needs maxTokens or batchSize');
  const sizeOf = (width: number): number => {
    const fitting = Math.min(
      Math.floor((maxTokens ?? Number.POSITIVE_INFINITY) / width),
      batchSize ?? Number.POSITIVE_INFINITY,
    );
    if (fitting < 1) throw new UserError(`maxTokens is ${maxTokens}, but the longest text is ${width} tokens wide`);
    return fitting > rowsMultipleOf ? fitting - (fitting % rowsMultipleOf) : fitting;
  };
  if (buckets === 'longest') return planByLength(lengths, { sizeOf, padToMultipleOf, shuffle, seed });

  const widths = options.widths ?? chooseWidths(lengths, { buckets, multipleOf: padToMultipleOf });
  const rowsOf = new Map<number, number[]>(widths.map((width) => [width, []]));
  let tokens = 0;
  for (let row = 0; row < lengths.length; row++) {
    const width = widthOf(lengths[row]!, widths);
    if (width === undefined)
      throw new UserError(
        `text ${row} has ${lengths[row]} tokens; the widest batch has room for ${widths.at(-1) ?? 0} (widths, maxLength)`,
      );
    rowsOf.get(width)!.push(row);
    tokens += lengths[row]!;
  }
  const fill = options.fillRows ?? true;
  const groups = [...rowsOf].filter(([, rows]) => rows.length > 0);
  // Looked at now, so that a width that is too large is told at once.
  const sizes = new Map(groups.map(([width]) => [width, sizeOf(width)]));
  const cut = (width: number, rows: Int32Array): PlannedBatch[] => {
    const size = sizes.get(width)!;
    return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => {
      const part = rows.subarray(i * size, (i + 1) * size);
      return { rows: part, size: fill ? size : part.length, width };
    });
  };
  const sequential = groups.flatMap(([width, rows]) => cut(width, Int32Array.from(rows)));
  return {
    length: sequential.length,
    widths,
    efficiency: tokens / places(sequential),
    batches(epoch) {
      if (!shuffle) return sequential;
      const all = groups.flatMap(([width, rows]) => {
        const order = Int32Array.from(rows);
        shuffleInPlace(order, new CounterRandom(ROWS_STREAM, seed, epoch, width));
        return cut(width, order);
      });
      return shuffled(all, new CounterRandom(BATCHES_STREAM, seed, epoch));
    },
  };
}

/** The multiple that widths are of. */
export function paddingOf({ padToMultipleOf, buckets }: Pick<PlanOptions, 'padToMultipleOf' | 'buckets'>): number {
  return padToMultipleOf ?? (buckets === 'longest' ? 8 : 1);
}

interface LengthOptions {
  sizeOf: (width: number) => number;
  padToMultipleOf: number;
  shuffle: boolean;
  seed: number;
}

function planByLength(
  lengths: ArrayLike<number>,
  { sizeOf, padToMultipleOf, shuffle, seed }: LengthOptions,
): BatchPlan {
  const make = (order: Int32Array): PlannedBatch[] => {
    const batches: PlannedBatch[] = [];
    let from = 0;
    for (let to = 0; to < order.length; to++) {
      const width = roundUp(lengths[order[to]!]!, padToMultipleOf);
      // Sorted: the text to come is the longest, and decides how many there is room for.
      if (to > from && to - from + 1 > sizeOf(width)) {
        batches.push(batchOf(order.subarray(from, to)));
        from = to;
      } else sizeOf(width);
    }
    if (from < order.length) batches.push(batchOf(order.subarray(from)));
    return batches;
  };
  const batchOf = (rows: Int32Array): PlannedBatch => {
    let longest = 0;
    for (const row of rows) longest = Math.max(longest, lengths[row]!);
    return { rows, size: rows.length, width: roundUp(longest, padToMultipleOf) };
  };
  const ordered = (epoch: number): Int32Array => {
    const order = Int32Array.from({ length: lengths.length }, (_, i) => i);
    if (shuffle) shuffleInPlace(order, new CounterRandom(ROWS_STREAM, seed, epoch, 0));
    return order.sort((a, b) => lengths[a]! - lengths[b]!);
  };
  const sequential = make(
    Int32Array.from({ length: lengths.length }, (_, i) => i).sort((a, b) => lengths[a]! - lengths[b]!),
  );
  let tokens = 0;
  for (let i = 0; i < lengths.length; i++) tokens += lengths[i]!;
  return {
    length: sequential.length,
    widths: [...new Set(sequential.map(({ width }) => width))].sort((a, b) => a - b),
    efficiency: tokens / places(sequential),
    batches: (epoch) =>
      shuffle ? shuffled(make(ordered(epoch)), new CounterRandom(BATCHES_STREAM, seed, epoch)) : sequential,
  };
}

function places(batches: readonly PlannedBatch[]): number {
  return Math.max(
    1,
    batches.reduce((sum, { size, width }) => sum + size * width, 0),
  );
}

function shuffled<T>(items: readonly T[], random: CounterRandom): T[] {
  const order = Int32Array.from({ length: items.length }, (_, i) => i);
  shuffleInPlace(order, random);
  return Array.from(order, (i) => items[i]!);
}

function expectCounts(options: Record<string, number | undefined>): void {
  for (const [name, value] of Object.entries(options))
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw new UserError(`text loader: ${name} is ${value}; it must be a whole number, 1 or more`);
}
