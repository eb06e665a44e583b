import type { ColumnName, Dataset, Row, StreamingDataset } from '../dataset.js';
import type { ImageShape } from '../pixels.js';
import { checkTransforms, type Transform } from '../transforms/index.js';
import type { Batch } from './batch.js';
import { chooseColumns } from './columns.js';
import { ImageLoader } from './imageLoader.js';
import { MapPlan } from './mapPlan.js';
import { checkOptions, type LoaderOptions } from './options.js';
import { StreamPlan } from './streamPlan.js';

/** An image that `onError: 'skip'` left out. */
export interface Skipped {
  /** File and row. */
  where: string;
  reason: string;
}

export interface Loader<R extends Row = Row> {
  /** Batches an epoch; Infinity for a stream without the option `length`. */
  readonly length: number;
  readonly batchSize: number;
  /** The transforms with every default filled in. */
  readonly transforms: readonly Transform[];
  /** The images left out so far, each once. */
  readonly skipped: readonly Skipped[];
  /**
   * Reads what is needed before the first batch and starts the threads meanwhile; `batches` does it too, but starts them after the first
   * batch. Gives the shape of what comes out: one image, or each view of a multi-crop.
   */
  prepare(): Promise<readonly ImageShape[]>;
  /**
   * The batches of an epoch from number `from` on; what lies before is not decoded. Order and augmentation are pure functions of
   * (seed, epoch, row). One epoch at a time: a new one ends the one before.
   */
  batches(epoch: number, from?: number): AsyncIterableIterator<Batch<R>>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/**
 * Makes batches of a data set: decodes, transforms and normalises in worker threads, ahead of the training step, into buffers that go
 * round between the threads.
 *
 * @throws UserError for options out of range and columns that are not there; while iterating, for an image that cannot be decoded (file and row).
 */
export function createLoader<T extends Row, C extends ColumnName<T> = never>(
  dataset: Dataset<T> | StreamingDataset<T>,
  options: LoaderOptions<T, C>,
): Loader<Pick<T, C>>;
export function createLoader(dataset: Dataset | StreamingDataset, options: LoaderOptions<Row, string>): Loader {
  const checked = checkOptions(options);
  const columns = chooseColumns(dataset.features, options, dataset.name);
  const plan = isMap(dataset) ? new MapPlan(dataset, columns, checked) : new StreamPlan(dataset, columns, checked);
  return new ImageLoader(plan, checkTransforms(checked.transforms), columns.columns, checked);
}

function isMap(dataset: Dataset | StreamingDataset): dataset is Dataset {
  return 'length' in dataset;
}
