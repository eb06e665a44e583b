import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LanguageRequests, Reply, RequestName, WorkerSettings } from './messages.js';
import { workerFlags } from './workerFiles.js';

/** The worker has ended, by a crash or from outside, before it has answered. */
export class WorkerEnded extends Error {
  override name = 'WorkerEnded';
}

/** A running language worker. */
export type Channel = {
  /** Rejects with a WorkerEnded where the worker ends before its answer. */
  ask<N extends RequestName>(
    name: N,
    ...args: LanguageRequests[N]['arguments']
  ): Promise<LanguageRequests[N]['answer']>;
  /** Resolves when the worker has ended, whoever ended it. */
  ended: Promise<WorkerEnded>;
  hasEnded(): boolean;
  close(): Promise<void>;
};

/** What a worker is started from: its script, so that it parses what it needs, or a snapshot that holds it. */
export type WorkerSource = { script: string } | { snapshot: string };

export function startWorker(source: WorkerSource, settings: WorkerSettings): Channel {
  const start = 'script' in source ? [source.script] : ['--snapshot-blob', source.snapshot];
  const child = spawn(process.execPath, [...workerFlags, ...start], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', ATELIER_LANGUAGE: JSON.stringify(settings) },
  });
  const requests = openRequests((request) => child.stdin.write(`${JSON.stringify(request)}\n`));
  createInterface({ input: child.stdout }).on('line', (line) => requests.settle(JSON.parse(line)));
  child.stdin.on('error', () => undefined);
  let hasEnded = false;
  const ended = new Promise<WorkerEnded>((resolve) => {
    const end = (reason: string) => {
      hasEnded = true;
      const error = new WorkerEnded(`The process that checks cells has ended (${reason}).`);
      requests.end(error);
      resolve(error);
    };
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  });
  return {
    ask: requests.ask,
    ended,
    hasEnded: () => hasEnded,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
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
