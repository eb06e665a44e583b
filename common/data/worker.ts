// A loader's worker thread. It imports no tfjs and no parquet, so that it starts fast.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, UserError } from '../utils/errors.js';
import { BatchMaker, type BatchSpec } from './batchMaker.js';
import type { BatchTask, WorkerMessage } from './messages.js';

/** `current` is one number in shared memory: the row in work, for the message of a worker that dies. */
export interface WorkerSetup {
  spec: BatchSpec;
  current: SharedArrayBuffer;
}

const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread');
const { spec, current }: WorkerSetup = workerData;
const row = new Int32Array(current);
const maker = new BatchMaker(spec);

// One after another: the scratch buffers belong to one batch at a time.
let queue = Promise.resolve();
port.on('message', (task: BatchTask) => {
  queue = queue.then(() => work(task));
});
post({ kind: 'ready' });

async function work({ id, epoch, rows, slab }: BatchTask): Promise<void> {
  try {
    await maker.fill(new Float32Array(slab), rows, epoch, (i) => Atomics.store(row, 0, i));
    post({ kind: 'batch', id, slab }, [slab]);
  } catch (error) {
    post({ kind: 'failed', id, slab, message: messageOf(error), expected: error instanceof UserError }, [slab]);
  }
  Atomics.store(row, 0, -1);
}

function post(message: WorkerMessage, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}
