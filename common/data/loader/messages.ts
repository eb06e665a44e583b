import type { BatchSpec } from './batchMaker.js';

/** What a batch is made of. */
export interface BatchRows {
  epoch: number;
  /** The row of each image: it names its random numbers, and its place in the data set where `images` is left out. */
  rows: Int32Array;
  /** The encoded images themselves, of a stream: image i is bytes[offsets[i]] … bytes[offsets[i + 1]]. */
  images?: { bytes: ArrayBuffer; offsets: Uint32Array };
}

/** Image `at` of a batch that cannot be decoded, and why; its name is known to the main thread. */
export interface Broken {
  at: number;
  reason: string;
}

/** What the loader's main thread says to a worker. A slab is transferred, so only one of them holds it at a time. */
export type LoaderMessage =
  | { kind: 'setup'; spec: BatchSpec }
  | { kind: 'task'; id: number; batch: BatchRows; slab: ArrayBuffer };

/** What a worker answers; the id is the task's. */
export type WorkerMessage =
  | { kind: 'ready' }
  | { kind: 'batch'; id: number; slab: ArrayBuffer; broken: Broken[] }
  | { kind: 'failed'; id: number; slab: ArrayBuffer; error: Broken };
