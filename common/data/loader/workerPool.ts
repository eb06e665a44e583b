import { Worker } from 'node:worker_threads';
import { UserError } from '../../utils/index.js';
import type { BatchSpec } from './batchMaker.js';
import type { BatchRows, Broken, LoaderMessage, WorkerMessage } from './messages.js';
import type { WorkerSetup } from './worker.js';

/** A batch for a worker, and how its images are called. */
export interface Task {
  batch: BatchRows;
  slab: ArrayBuffer;
  /** File and row of image `at` of the batch. */
  where(at: number): string;
}

/** A finished task: the slab comes back either way, to be used again. */
export type TaskResult = { slab: ArrayBuffer; broken: readonly Broken[]; error: Error | undefined };

interface Pending {
  task: Task;
  resolve: (result: TaskResult) => void;
  reject: (error: Error) => void;
}

interface Member {
  worker: Worker;
  ready: boolean;
  /** Tasks given and not answered, in the order in which they are worked on. */
  pending: Map<number, Pending>;
  current: Int32Array<SharedArrayBuffer>;
}

/** Tasks a worker has at most: the one in work, and the next, so that it never waits for a message. */
const DEPTH = 2;

/**
 * Worker threads that make batches. They start at once and take work after `setup`; they keep their caches between epochs, and hold the
 * process open only while somebody waits for them: a program that just ends, ends.
 */
export class WorkerPool {
  readonly #members: Member[];
  #failure: Error | undefined;
  #closed = false;
  #waiting = 0;
  #nextId = 0;

  /** @param start the module that a thread begins with */
  constructor(count: number, start = new URL('./workerStart.mjs', import.meta.url)) {
    this.#members = Array.from({ length: count }, () => this.#start(start));
  }

  /** Tells the workers what batches are made of. They are ready some time after. */
  setup(spec: BatchSpec): void {
    for (const { worker } of this.#members) worker.postMessage({ kind: 'setup', spec } satisfies LoaderMessage);
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
  run(task: Task): Promise<TaskResult> {
    const ready = this.#members.filter((member) => member.ready);
    const member = ready.reduce((a, b) => (b.pending.size < a.pending.size ? b : a));
    const id = this.#nextId++;
    const result = new Promise<TaskResult>((resolve, reject) => member.pending.set(id, { task, resolve, reject }));
    // Whoever waits sees the rejection; a task that was given up must not become an unhandled one.
    result.catch(() => {});
    const { batch, slab } = task;
    const transfer = batch.images === undefined ? [slab] : [slab, batch.images.bytes];
    member.worker.postMessage({ kind: 'task', id, batch, slab } satisfies LoaderMessage, transfer);
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

  #start(start: URL): Member {
    const current = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
    const workerData: WorkerSetup = { current: current.buffer };
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
    if (waiter === undefined) return;
    const { slab } = message;
    if (message.kind === 'batch') waiter.resolve({ slab, broken: message.broken, error: undefined });
    else {
      const { at, reason } = message.error;
      waiter.resolve({ slab, broken: [], error: new UserError(`${waiter.task.where(at)}: ${reason}`) });
    }
  }

  #die(member: Member, how: string): void {
    const at = member.current[0] ?? -1;
    const [first] = member.pending.values();
    const during = at >= 0 && first !== undefined ? ` while it made ${first.task.where(at)}` : '';
    this.#failure ??= this.#closed
      ? new Error('the loader is closed')
      : new Error(`a loader's worker thread ${how}${during}`);
    for (const { pending } of this.#members) {
      for (const { reject } of pending.values()) reject(this.#failure);
      pending.clear();
    }
  }
}
