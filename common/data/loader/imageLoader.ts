import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../utils/index.js';
import type { ImageShape } from '../pixels.js';
import { createPipeline, type Transform } from '../transforms/index.js';
import { type Batch, release, viewTensors } from './batch.js';
import { BatchMaker, type BatchSpec, BrokenImage } from './batchMaker.js';
import type { Loader, Skipped } from './createLoader.js';
import { Feeder } from './feeder.js';
import { type CheckedOptions, expectCount } from './options.js';
import type { Plan, Work } from './plan.js';
import { specOf } from './spec.js';
import { type TaskResult, WorkerPool } from './workerPool.js';

/** A batch that a worker has been given. */
interface Given {
  work: Work;
  result: Promise<TaskResult>;
}

/** The loader of whatever plan: it keeps the threads busy, hands out the batches in order and takes their memory back. */
export class ImageLoader implements Loader {
  readonly length: number;
  readonly batchSize: number;
  readonly transforms: readonly Transform[];
  readonly skipped: Skipped[] = [];
  readonly #plan: Plan;
  readonly #columns: readonly string[];
  readonly #options: CheckedOptions;
  readonly #slabs: ArrayBuffer[] = [];
  readonly #named = new Set<string>();
  #opened: Promise<BatchSpec> | undefined;
  #spec: BatchSpec | undefined;
  #views: readonly ImageShape[] = [];
  #slabBytes = 0;
  #pool: WorkerPool | undefined;
  #maker: BatchMaker | undefined;
  #iteration = 0;
  #closed = false;

  constructor(plan: Plan, transforms: readonly Transform[], columns: readonly string[], options: CheckedOptions) {
    this.#plan = plan;
    this.#columns = columns;
    this.#options = options;
    this.transforms = transforms;
    this.length = plan.length;
    this.batchSize = options.batchSize;
  }

  async prepare(): Promise<readonly ImageShape[]> {
    // The threads start while the data set is opened.
    this.#startThreads();
    await this.#open();
    return this.#views;
  }

  async *batches(epoch: number, from = 0): AsyncIterableIterator<Batch> {
    expectCount('epoch', epoch, 0);
    expectCount('from', from, 0);
    const iteration = ++this.#iteration;
    this.#check(iteration);
    await this.#open();
    this.#check(iteration);
    const feeder = new Feeder(this.#plan.works(epoch, from), this.#options.prefetch);
    const ahead: Given[] = [];
    try {
      for (;;) {
        this.#check(iteration);
        this.#give(feeder, ahead);
        const head = ahead.shift();
        const work = head?.work ?? (await feeder.take());
        if (work === undefined) return;
        const done = await this.#finish(work, head);
        // Not earlier: starting them would take the processor from the first batch.
        this.#startThreads();
        this.#check(iteration);
        if (done.error !== undefined) {
          this.#slabs.push(done.slab);
          throw done.error;
        }
        this.#give(feeder, ahead);
        yield* this.#lend(work, done);
      }
    } finally {
      // Given up: their slabs return when the threads are done with them.
      for (const { result } of ahead) result.then(({ slab }) => this.#slabs.push(slab)).catch(() => {});
      this.#maker?.close();
      await feeder.close();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#iteration++;
    await this.#pool?.close();
  }

  async #open(): Promise<void> {
    this.#opened ??= this.#makeSpec();
    const spec = await this.#opened;
    if (this.#spec === undefined) this.#pool?.setup(spec);
    this.#spec = spec;
  }

  #startThreads(): void {
    const { workers } = this.#options;
    if (workers === 0 || this.#pool !== undefined || this.#closed) return;
    this.#pool = new WorkerPool(workers);
    if (this.#spec !== undefined) this.#pool.setup(this.#spec);
  }

  async #makeSpec(): Promise<BatchSpec> {
    const { batchSize } = this.#options;
    const spec = await specOf(await this.#plan.open(), this.transforms, this.#options);
    const { views, volume: numbers } = createPipeline(spec.transforms, spec.input);
    this.#views = views;
    this.#slabBytes = 4 * batchSize * numbers;
    this.#maker = new BatchMaker(spec);
    return spec;
  }

  /** Gives work to the threads while they have room, at most `prefetch` batches ahead. */
  #give(feeder: Feeder<Work>, ahead: Given[]): void {
    while (this.#pool?.hasRoom && ahead.length < this.#options.prefetch) {
      const work = feeder.takeReady();
      if (work === undefined) return;
      ahead.push({ work, result: this.#run(this.#pool, work) });
    }
  }

  #run(pool: WorkerPool, work: Work): Promise<TaskResult> {
    const { epoch, rows, images } = work;
    const batch = { epoch, rows, ...(images !== undefined && { images }) };
    return pool.run({ batch, slab: this.#takeSlab(), where: (at) => work.where(at) });
  }

  /** Until the first thread is up (a third of a second) this one makes the batches itself: the first is there at once. */
  #finish(work: Work, head: Given | undefined): Promise<TaskResult> {
    const pool = this.#pool;
    if (pool === undefined || (head === undefined && !pool.hasRoom)) return this.#makeHere(work);
    return pool.wait(head?.result ?? this.#run(pool, work));
  }

  async #makeHere(work: Work): Promise<TaskResult> {
    const slab = this.#takeSlab();
    try {
      // A caller that never waits for events would otherwise never hear that the threads are up.
      if (this.#pool !== undefined) await setImmediate();
      const broken = (await this.#maker?.fill(new Float32Array(slab), work)) ?? [];
      return { slab, broken, error: undefined };
    } catch (error) {
      if (!(error instanceof BrokenImage)) throw error;
      const { at, reason } = error.broken;
      return { slab, broken: [], error: new UserError(`${work.where(at)}: ${reason}`, { cause: error }) };
    }
  }

  /** Wraps a filled slab in tensors for as long as the caller looks at them. */
  async *#lend(work: Work, { slab, broken }: TaskResult): AsyncGenerator<Batch> {
    const rows = work.rows.length;
    const left = new Set(broken.map(({ at }) => at));
    for (const { at, reason } of broken) this.#skip({ where: work.where(at), reason });
    const places = Array.from({ length: rows }, (_, at) => at).filter((at) => !left.has(at));
    if (places.length === 0) {
      this.#slabs.push(slab);
      return;
    }
    const values = this.#columns.length === 0 ? [] : await work.columns(places);
    const columns = Object.fromEntries(this.#columns.map((name) => [name, values.map((row) => row[name])]));
    const pick = (all: Int32Array) => (places.length === rows ? all : Int32Array.from(places, (at) => all[at] ?? 0));
    const views = viewTensors({ slab, views: this.#views, rows, count: places.length });
    const label = tf.tensor1d(pick(work.labels), 'int32');
    const [image] = views;
    if (image === undefined) throw new Error('a pipeline without views');
    try {
      yield { image, views, label, indices: pick(work.rows), number: work.number, columns };
    } finally {
      label.dispose();
      if (release(views)) this.#slabs.push(slab);
    }
  }

  #skip(skipped: Skipped): void {
    if (this.#named.has(skipped.where)) return;
    this.#named.add(skipped.where);
    this.skipped.push(skipped);
  }

  #takeSlab(): ArrayBuffer {
    return this.#slabs.pop() ?? new ArrayBuffer(this.#slabBytes);
  }

  #check(iteration: number): void {
    if (this.#closed) throw new Error('the loader is closed');
    if (this.#pool?.failure !== undefined) throw this.#pool.failure;
    if (iteration !== this.#iteration) throw new Error('another epoch of this loader has begun');
  }
}
