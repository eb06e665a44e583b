import { type Channel, startFromSnapshot, startThread } from './channel.js';
import type {
  CellId,
  Compiled,
  Completeness,
  Completions,
  Inspection,
  LanguageRequests,
  RequestName,
} from './messages.js';
import { StackMap } from './stackMap.js';
import { workerFiles, workerSettings } from './workerFiles.js';

/** What the kernel asks the language: TypeScript of the cells, off the front's thread. */
export type LanguageService = {
  /** Resolves when the worker has parsed what every cell needs. */
  ready(): Promise<void>;
  /** Checks a cell against the earlier ones and makes a script for V8's REPL mode of it. */
  compile(code: string, id: CellId): Promise<Compiled>;
  /** The cell has run, wholly or up to an error: from now on its declarations are in scope. */
  commit(cell: number): Promise<void>;
  /** Completions at a cursor, which counts code points. */
  complete(code: string, cursor: number): Promise<Completions>;
  /** Type and documentation of what stands at the cursor, which counts code points. */
  inspect(code: string, cursor: number, detailLevel?: number): Promise<Inspection>;
  isComplete(code: string): Promise<Completeness>;
  /** Forgets every cell, for an executor that was started anew. */
  reset(): Promise<void>;
  /** A stack as lines for the reader: frames of cells by cell, line and column of TypeScript; the kernel's own cut. */
  mapStack(stack: string): string[];
  close(): Promise<void>;
};

/**
 * Starts the language worker for notebooks of a folder; best before anything else. Where `prepareLanguage` has made
 * snapshots it is a process that starts from the small one, and a second one with the repository's modules takes over
 * when it is up; otherwise it is a thread that parses what it needs.
 */
export function startLanguage({ cwd }: { cwd: string }): LanguageService {
  const settings = workerSettings(cwd);
  const { script, base, full } = workerFiles();
  const stacks = new StackMap(cwd);
  let closed = false;
  let channel: Channel = base ? startFromSnapshot(base, settings) : startThread(script, settings);
  let successor: { channel: Channel; ready: Promise<unknown> } | undefined;
  /** Requests run one after the other, so that a change of workers falls between two of them. */
  const ready = channel.ask('ready').catch((error: unknown) => {
    if (closed || !base) throw error;
    // A snapshot that this Node does not take: without it things are only slower.
    channel = startThread(script, settings);
    return channel.ask('ready');
  });
  let last: Promise<unknown> = ready.catch(() => undefined);
  if (base && full) {
    ready.then(
      () => {
        if (closed) return;
        const next = startFromSnapshot(full, settings);
        successor = { channel: next, ready: next.ask('ready').then(() => enqueue(() => takeOver(next))) };
        successor.ready.catch(() => {
          successor = undefined;
        });
      },
      () => undefined,
    );
  }

  async function takeOver(next: Channel): Promise<void> {
    if (closed || channel === next) return;
    await next.ask('restore', await channel.ask('state'));
    const former = channel;
    channel = next;
    successor = undefined;
    await former.close();
  }

  function enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work, work);
    last = done.catch(() => undefined);
    return done;
  }

  function ask<N extends RequestName>(name: N, ...args: LanguageRequests[N]['arguments']) {
    return enqueue(() => channel.ask(name, ...args));
  }

  return {
    ready: async () => {
      await ready;
    },
    compile: async (code, id) => {
      // Modules are parsed in the successor already; here they would take longer than it takes to come up.
      if (successor && /\b(?:import|require|from)\b/.test(code)) await successor.ready.catch(() => undefined);
      const compiled = await ask('compile', code, id);
      if (compiled.ok) stacks.add(id, code, compiled.mappings);
      return compiled;
    },
    commit: (cell) => ask('commit', cell),
    complete: (code, cursor) => ask('complete', code, cursor),
    inspect: (code, cursor, detailLevel = 0) => ask('inspect', code, cursor, detailLevel),
    isComplete: (code) => ask('isComplete', code),
    reset: () => ask('reset'),
    mapStack: (stack) => stacks.map(stack),
    close: async () => {
      closed = true;
      await Promise.all([channel.close(), successor?.channel.close()]);
    },
  };
}
