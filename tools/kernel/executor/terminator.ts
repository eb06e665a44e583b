import { Worker } from 'node:worker_threads';
import { descriptors } from './protocol.js';

/**
 * The thread that stops a loop which SIGINT cannot: one in a callback or after an `await`. It listens on a pipe of its own, since the
 * main thread's event loop stands still then. When the front is gone it ends the process, loop or not.
 */
export function startTerminator(onTerminated: () => void): void {
  const worker = new Worker(`(${listen})(${descriptors.terminate})`, { eval: true, execArgv: [], env: {} });
  worker.unref();
  worker.on('message', onTerminated);
  worker.on('error', (error) => process.stderr.write(`interrupts of asynchronous loops are off: ${error.message}\n`));
}

/** Runs in the worker, from its source: it may use nothing of this module. */
async function listen(descriptor: number): Promise<void> {
  const { Session: RemoteSession } = await import('node:inspector');
  const { Socket: Pipe } = await import('node:net');
  const { parentPort } = await import('node:worker_threads');
  const pipe = new Pipe({ fd: descriptor });
  pipe.on('data', () => {
    // Connected only for this: a process with a connected session waits at its exit.
    const session = new RemoteSession();
    session.connectToMainThread();
    session.post('Runtime.terminateExecution', () => {
      session.disconnect();
      parentPort?.postMessage('terminated');
    });
  });
  pipe.on('close', () => process.kill(process.pid, 'SIGKILL'));
}
