import { Worker } from 'node:worker_threads';
import { UserError } from '../utils/index.js';
import { type BatchSpec, whereOf } from './batchMaker.js';
import type { BatchTask, WorkerMessage } from './messages.js';
import type { WorkerSetup } from './worker.js';

/** A finished task: the slab comes back either way, to be used again. */
export type TaskResult = { slab: ArrayBuffer; error: Error | undefined };

interface Member {
  worker: Worker;
  ready: boolean;
  /** Tasks given and not answered, in order. */
  pending: Map<number, { resolve: (result: TaskResult) => void; reject: (error: Error) => void }>;
  current: Int32Array<SharedArrayBuffer>;
}

/** Tasks a worker has at most: the one in work, and the next, so that it never waits for a message. */
const DEPTH = 2;

/**
 * Worker threads that make batches. They start at once, keep their caches between epochs, and hold the process open only while
 * somebody waits for them: a program that just ends, ends.
 */
export class WorkerPool {
  readonly #members: Member[];
  readonly #files: BatchSpec['files'];
  #failure: Error | undefined;
  #closed = false;
  #waiting = 0;
  #nextId = 0;

  /** @param start the module that a thread begins with */
  constructor(spec: BatchSpec, count: number, start = new URL('./workerStart.mjs', import.meta.url)) {
    this.#files = spec.files;
    this.#members = Array.from({ length: count }, () => this.#start(spec, start));
  }

  /** Whether a task given now would be taken by a running worker. */
  get hasRoom(): boolean {
    return this.#failure === undefined && this.#members.some((m) => m.ready && m.pending.size < DEPTH);
  }

  /** The error that ended the pool: a worker died. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Gives a task to the least busy worker. The promise is rejected only where a worker dies. */
  run(task: Omit<BatchTask, 'id'>): Promise<TaskResult> {
    const ready = this.#members.filter((member) => member.ready);
    const member = ready.reduce((a, b) => (b.pending.size < a.pending.size ? b : a));
    const id = this.#nextId++;
    const result = new Promise<TaskResult>((resolve, reject) => member.pending.set(id, { resolve, reject }));
    // Whoever waits sees the rejection; a task that was given up must not become an unhandled one.
    result.catch(() => {});
    member.worker.postMessage({ id, ...task } satisfies BatchTask, [task.slab]);
    return result;
  }

  /** Waits for a result while holding the process open. */
  async wait<T>(result: Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) for (const { worker } of this.#members) worker.ref();
    try {
      return await result;
    } finally {
      if (--this.#waiting === 0) for (const { worker } of this.#members) worker.unref();
    }
  }

  /** Ends the threads. Tasks in work are given up. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }

  #start(spec: BatchSpec, start: URL): Member {
    const current = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
    const workerData: WorkerSetup = { spec, current: current.buffer };
    const worker = new Worker(start, { execArgv: [], workerData });
    const member: Member = { worker, ready: false, pending: new Map(), current };
    worker.on('message', (message: WorkerMessage) => this.#receive(member, message));
    worker.on('error', (error) => this.#die(member, `failed: ${error.message}`));
    worker.on('exit', (code) => this.#die(member, `ended (exit code ${code})`));
    // After the listeners: a new one would hold the process open again.
    worker.unref();
    return member;
  }

  #receive(member: Member, message: WorkerMessage): void {
    if (message.kind === 'ready') {
      member.ready = true;
      return;
    }
    const waiter = member.pending.get(message.id);
    member.pending.delete(message.id);
    const failed = message.kind === 'failed';
    const kind = failed && message.expected ? UserError : Error;
    waiter?.resolve({ slab: message.slab, error: failed ? new kind(message.message) : undefined });
  }

  #die(member: Member, how: string): void {
    const row = member.current[0] ?? -1;
    const at = row >= 0 ? ` while it made ${whereOf(this.#files, row)}` : '';
    this.#failure ??= this.#closed
      ? new Error('the loader is closed')
      : new Error(`a loader's worker thread ${how}${at}`);
    for (const { pending } of this.#members) {
      for (const { reject } of pending.values()) reject(this.#failure);
      pending.clear();
    }
  }
}
