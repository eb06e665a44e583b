import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import type { LanguageRequests, Reply, RequestName, WorkerSettings } from './messages.js';
import { snapshotFlags } from './workerFiles.js';

/** A running language worker. */
export type Channel = {
  ask<N extends RequestName>(
    name: N,
    ...args: LanguageRequests[N]['arguments']
  ): Promise<LanguageRequests[N]['answer']>;
  close(): Promise<void>;
};

/** Starts the worker as a thread that parses what it needs. */
export function startThread(script: string, settings: WorkerSettings): Channel {
  const worker = new Worker(script, {
    workerData: settings,
    execArgv: [],
    // Programs are rebuilt for each cell: a roomy nursery saves most of the garbage collector's work.
    resourceLimits: { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 3072 },
  });
  const requests = openRequests((request) => worker.postMessage(request));
  worker.on('message', requests.settle);
  worker.on('error', (error) => requests.end(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => requests.end(new Error('The language worker has ended.')));
  return {
    ask: requests.ask,
    close: async () => {
      requests.end(new Error('The language worker was closed.'));
      await worker.terminate();
    },
  };
}

/** Starts the worker as a process from a snapshot that holds what it needs. */
export function startFromSnapshot(snapshot: string, settings: WorkerSettings): Channel {
  const child = spawn(process.execPath, [...snapshotFlags, '--snapshot-blob', snapshot], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', ATELIER_LANGUAGE: JSON.stringify(settings) },
  });
  const requests = openRequests((request) => child.stdin.write(`${JSON.stringify(request)}\n`));
  createInterface({ input: child.stdout }).on('line', (line) => requests.settle(JSON.parse(line)));
  child.stdin.on('error', () => undefined);
  child.on('error', requests.end);
  child.on('exit', () => requests.end(new Error('The language worker has ended.')));
  return {
    ask: requests.ask,
    close: async () => {
      requests.end(new Error('The language worker was closed.'));
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Pairs requests with their replies. */
function openRequests(send: (request: unknown) => void) {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 0;
  let ended: Error | undefined;
  return {
    ask: <N extends RequestName>(
      name: N,
      ...args: LanguageRequests[N]['arguments']
    ): Promise<LanguageRequests[N]['answer']> => {
      if (ended) return Promise.reject(ended);
      const id = next++;
      const answered = new Promise<LanguageRequests[N]['answer']>((resolve, reject) =>
        waiting.set(id, { resolve, reject }),
      );
      send({ id, name, arguments: args });
      return answered;
    },
    settle: (reply: Reply): void => {
      const request = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ('failure' in reply) request?.reject(new Error(reply.failure));
      else request?.resolve('answer' in reply ? reply.answer : undefined);
    },
    end: (error: Error): void => {
      ended ??= error;
      for (const { reject } of waiting.values()) reject(ended);
      waiting.clear();
    },
  };
}
