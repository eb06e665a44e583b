// A loader's worker thread. It imports no tfjs, no zod and no parquet, so that it starts fast.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../utils/errors.js';
import { BatchMaker, BrokenImage } from './batchMaker.js';
import type { LoaderMessage, WorkerMessage } from './messages.js';

/** One number in shared memory: the place of the image in work within its batch, for the message of a worker that dies; −1 between batches. */
export interface WorkerSetup {
  current: SharedArrayBuffer;
}

const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread');
const { current }: WorkerSetup = workerData;
const place = new Int32Array(current);
let maker: BatchMaker | undefined;

// One after another: the scratch buffers belong to one batch at a time.
let queue = Promise.resolve();
port.on('message', (message: LoaderMessage) => {
  queue = queue.then(() => work(message));
});

async function work(message: LoaderMessage): Promise<void> {
  if (message.kind === 'setup') {
    maker = new BatchMaker(message.spec);
    return post({ kind: 'ready' });
  }
  const { id, batch, slab } = message;
  if (maker === undefined) throw new Error('a batch before the setup');
  try {
    const broken = await maker.fill(new Float32Array(slab), batch, (at) => Atomics.store(place, 0, at));
    post({ kind: 'batch', id, slab, broken }, [slab]);
  } catch (error) {
    const which = error instanceof BrokenImage ? error.broken : { at: place[0] ?? -1, reason: messageOf(error) };
    post({ kind: 'failed', id, slab, error: which }, [slab]);
  }
  Atomics.store(place, 0, -1);
}

function post(message: WorkerMessage, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}
