import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../utils/index.js';
import { BatchMaker, type BatchSpec } from './batchMaker.js';
import type { ImageDataset } from './dataset.js';
import { sampleOrder } from './order.js';
import { createPixelCache, type PixelCache } from './pixelCache.js';
import { type ImageShape, volume } from './pixels.js';
import type { Transform } from './transforms/augment.js';
import { createPipeline } from './transforms/pipeline.js';
import { type TaskResult, WorkerPool } from './workerPool.js';

export interface LoaderOptions {
  batchSize: number;
  /** Applied in this order to every image; `normalize` last. Default none: values in 0 … 1. */
  transforms?: readonly Transform[];
  /** Height and width of every image, default those of the data set's first; others are resized to cover it. */
  size?: number | readonly [height: number, width: number];
  /** 1 (grey) or 3 (colour), default as the data set's first image. */
  channels?: 1 | 3;
  /** Another order in each epoch. Default false: the file's order. */
  shuffle?: boolean;
  /** Of order and augmentation. Default 0. */
  seed?: number;
  /** Threads; 0 makes the batches in this one, with the same result. Default: one a core, at most 2. */
  workers?: number;
  /** Batches made ahead. Default 4. */
  prefetch?: number;
  /** Leave out the last batch where it is not full. Default false. */
  dropLast?: boolean;
  /** Decoded images are kept in memory where all of them fit in this many bytes. Default 512 MiB. */
  cacheBytes?: number;
}

/** One batch. Its tensors are valid until the next one is asked for: the loader disposes them and uses their memory again. */
export interface Batch {
  /** [batch, height, width, channels], float32 */
  image: tf.Tensor4D;
  /** [batch], int32 */
  label: tf.Tensor1D;
  /** The data set's row of each image. */
  indices: Int32Array;
}

export interface Loader {
  /** Batches an epoch. */
  readonly length: number;
  readonly batchSize: number;
  readonly shape: ImageShape;
  readonly dataset: ImageDataset;
  /**
   * The batches of an epoch from number `from` on; what is skipped is not decoded. Order and augmentation are pure functions of
   * (seed, epoch, row). One epoch at a time: a new one ends the one before.
   */
  batches(epoch: number, from?: number): AsyncIterableIterator<Batch>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/**
 * Makes batches of a data set: decodes, augments and normalises in worker threads, ahead of the training step, into buffers that go
 * round between the threads.
 *
 * @throws UserError for options out of range; while iterating, for an image that cannot be decoded (file and row).
 */
export function createLoader(dataset: ImageDataset, options: LoaderOptions): Loader {
  return new ImageLoader(dataset, options);
}

class ImageLoader implements Loader {
  readonly dataset: ImageDataset;
  readonly batchSize: number;
  readonly shape: ImageShape;
  readonly length: number;
  readonly #options: { shuffle: boolean; seed: number; workers: number; slabs: number };
  readonly #spec: BatchSpec;
  readonly #slabs: ArrayBuffer[] = [];
  #pool: WorkerPool | undefined;
  #maker: BatchMaker | undefined;
  #iteration = 0;
  #closed = false;

  constructor(dataset: ImageDataset, options: LoaderOptions) {
    const { batchSize, transforms = [], size = [dataset.height, dataset.width], dropLast = false } = options;
    const [height, width] = typeof size === 'number' ? [size, size] : size;
    const workers = options.workers ?? Math.min(2, availableParallelism());
    const prefetch = options.prefetch ?? 4;
    expectCount('batchSize', batchSize, 1);
    expectCount('size', Math.min(height, width), 1);
    expectCount('workers', workers, 0);
    expectCount('prefetch', prefetch, 1);
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shape = { height, width, channels: options.channels ?? dataset.channels };
    createPipeline(transforms, this.shape);
    this.length = (dropLast ? Math.floor : Math.ceil)(dataset.length / batchSize);
    if (this.length === 0)
      throw new UserError(
        `batchSize is ${batchSize}, but ${dataset.name} ${dataset.split} has ${dataset.length} rows (dropLast)`,
      );
    const { shuffle = false, seed = 0, cacheBytes = 512 * 2 ** 20 } = options;
    // The batch that is out, and those ahead.
    this.#options = { shuffle, seed, workers, slabs: 1 + prefetch };
    const { segments } = dataset.images;
    const cache = sharedCache(dataset, this.shape, cacheBytes);
    this.#spec = { segments, files: dataset.files, shape: this.shape, transforms, seed, cache };
  }

  async *batches(epoch: number, from = 0): AsyncIterableIterator<Batch> {
    expectCount('epoch', epoch, 0);
    expectCount('from', from, 0);
    const iteration = ++this.#iteration;
    const order = sampleOrder(this.dataset.length, { ...this.#options, epoch });
    const rowsOf = (batch: number) => order.slice(batch * this.batchSize, (batch + 1) * this.batchSize);
    const ahead = new Map<number, Promise<TaskResult>>();
    let next = from;
    try {
      for (let batch = from; batch < this.length; batch++) {
        this.#check(iteration);
        next = Math.max(next, batch);
        const pool = this.#workers();
        const give = () => {
          while (pool?.hasRoom && next < this.length && ahead.size < this.#options.slabs - 1) {
            ahead.set(next, pool.run({ epoch, rows: rowsOf(next++), slab: this.#takeSlab() }));
          }
        };
        give();
        const rows = rowsOf(batch);
        const given = ahead.get(batch);
        // Until the first thread is up (a fifth of a second) this one makes the batches itself: the first is there at once.
        const done = given && pool ? await pool.wait(given) : await this.#makeHere(rows, epoch);
        ahead.delete(batch);
        next = Math.max(next, batch + 1);
        this.#check(iteration);
        if (done.error !== undefined) {
          this.#slabs.push(done.slab);
          throw done.error;
        }
        give();
        yield* this.#lend(rows, done.slab);
      }
    } finally {
      // Given up: their slabs return when the threads are done with them.
      for (const result of ahead.values()) result.then(({ slab }) => this.#slabs.push(slab)).catch(() => {});
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#iteration++;
    await this.#pool?.close();
  }

  /** Wraps a filled slab in tensors for as long as the caller looks at them. */
  *#lend(rows: Int32Array, slab: ArrayBuffer): Generator<Batch> {
    const { height, width, channels } = this.shape;
    const values = new Float32Array(slab, 0, rows.length * volume(this.shape));
    const image = tf.tensor4d(values, [rows.length, height, width, channels]);
    const label = tf.tensor1d(
      rows.map((row) => this.dataset.label(row)),
      'int32',
    );
    try {
      yield { image, label, indices: rows };
    } finally {
      image.dispose();
      label.dispose();
      this.#slabs.push(slab);
    }
  }

  async #makeHere(rows: Int32Array, epoch: number): Promise<TaskResult> {
    this.#maker ??= new BatchMaker(this.#spec);
    const slab = this.#takeSlab();
    try {
      // A caller that never waits for events would otherwise never hear that the threads are up.
      if (this.#pool !== undefined) await setImmediate();
      await this.#maker.fill(new Float32Array(slab), rows, epoch);
      return { slab, error: undefined };
    } catch (error) {
      this.#slabs.push(slab);
      throw error;
    }
  }

  #workers(): WorkerPool | undefined {
    if (this.#options.workers > 0) this.#pool ??= new WorkerPool(this.#spec, this.#options.workers);
    return this.#pool;
  }

  #takeSlab(): ArrayBuffer {
    const slab = this.#slabs.pop();
    if (slab !== undefined) return slab;
    return new ArrayBuffer(4 * this.batchSize * volume(this.shape));
  }

  #check(iteration: number): void {
    if (this.#closed) throw new Error('the loader is closed');
    if (this.#pool?.failure !== undefined) throw this.#pool.failure;
    if (iteration !== this.#iteration) throw new Error('another epoch of this loader has begun');
  }
}

const caches = new WeakMap<ImageDataset, PixelCache[]>();

/** One cache for all loaders of a data set that want the same shape. */
function sharedCache(dataset: ImageDataset, shape: ImageShape, limit: number): PixelCache | undefined {
  const known = caches.get(dataset) ?? [];
  const same = known.find(
    ({ shape: s }) => s.height === shape.height && s.width === shape.width && s.channels === shape.channels,
  );
  if (limit === 0 || same !== undefined) return limit === 0 ? undefined : same;
  const cache = createPixelCache(dataset.length, shape, limit);
  if (cache !== undefined) caches.set(dataset, [...known, cache]);
  return cache;
}

function expectCount(option: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new UserError(`loader: ${option} is ${value}; it must be a whole number, ${least} or more`);
}
