import { availableParallelism } from 'node:os';
import { UserError } from '../../utils/index.js';
import type { ColumnName, Row } from '../dataset.js';
import { MAX_PIXELS } from '../decode/decodeImage.js';
import type { Sampler } from '../samplers/index.js';
import type { Transform, TransformInput } from '../transforms/index.js';

export interface LoaderOptions<T extends Row = Row, C extends ColumnName<T> = never> {
  batchSize: number;
  /** Applied in this order to every image; `normalize` last. Default none: values in 0 … 1. */
  transforms?: readonly (TransformInput | Transform)[];
  /** The column of the images. Default: the only one there is. */
  image?: ColumnName<T>;
  /** The column of the labels (class labels or whole numbers); null: none, and every label is −1. Default: the only class label column, else `label`. */
  label?: ColumnName<T> | null;
  /** More columns, given as they are with each batch: `batch.columns.caption`. */
  columns?: readonly C[];
  /** 1 (grey) or 3 (colour). Default: as many as `normalize` has means where those are 3, else as the data set's first image. */
  channels?: 1 | 3;
  /** Another order in each epoch; of a stream as far as its buffer reaches. Default false: the data set's order. */
  shuffle?: boolean;
  /** Rows among which a stream is shuffled. Default 1,000. */
  shuffleBuffer?: number;
  /** Which rows an epoch visits and in which order, instead of `shuffle`: `samplers.mPerClass(…)` and others. Not for streams. */
  sampler?: Sampler;
  /** Of order and augmentation. Default 0. */
  seed?: number;
  /** Threads; 0 makes the batches in this one, with the same result. Default: one a core, at most 2. */
  workers?: number;
  /** Batches made ahead. Default 4. */
  prefetch?: number;
  /** Leave out the last batch where it is not full. Default false. */
  dropLast?: boolean;
  /**
   * What becomes of an image that cannot be decoded: an error that names it (the default), or `skip`: it is left out, its batch is that
   * much smaller (also after a resume), and `loader.skipped` lists it.
   */
  onError?: 'throw' | 'skip';
  /** Images of more pixels are refused by their header. Default 100 million. */
  maxPixels?: number;
  /** Small images are kept decoded where all of them fit in this many bytes; 0 keeps none. Default 256 MiB. Streams keep none. */
  cacheBytes?: number;
  /** Batches of an epoch of a stream, whose rows nobody has counted: it ends there, or earlier. Default Infinity: wherever the stream ends. */
  length?: number;
}

/** Options with their defaults, checked. */
export type CheckedOptions = ReturnType<typeof checkOptions>;

/** @throws UserError for options out of range. */
export function checkOptions<T extends Row, C extends ColumnName<T>>(options: LoaderOptions<T, C>) {
  const checked = {
    ...{ shuffle: false, shuffleBuffer: 1000, seed: 0, prefetch: 4, dropLast: false, maxPixels: MAX_PIXELS },
    ...{ workers: Math.min(2, availableParallelism()), cacheBytes: 256 * 2 ** 20, onError: 'throw' as const },
    ...{ transforms: [], length: Number.POSITIVE_INFINITY },
    ...defined(options),
  };
  const least = { batchSize: 1, workers: 0, prefetch: 1, maxPixels: 1, cacheBytes: 0, shuffleBuffer: 1 } as const;
  for (const [name, smallest] of Object.entries(least))
    expectCount(name, checked[name as keyof typeof least], smallest);
  if (checked.length !== Number.POSITIVE_INFINITY) expectCount('length', checked.length, 1);
  if (!Number.isInteger(checked.seed))
    throw new UserError(`loader: seed is ${checked.seed}; it must be a whole number`);
  if (checked.sampler !== undefined && checked.shuffle)
    throw new UserError('loader: a sampler gives the order: leave out shuffle, or take samplers.random');
  return checked;
}

export function expectCount(option: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new UserError(`loader: ${option} is ${value}; it must be a whole number, ${least} or more`);
}

/** Without the keys whose value is undefined: they mean the default too. */
function defined<O extends object>(options: O): O {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as O;
}
