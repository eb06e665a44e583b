import { type Channel, startWorker, WorkerEnded, type WorkerSource } from './channel.js';
import type { CellId, LanguageRequests, RequestName } from './messages.js';
import { NotebookScope } from './notebookScope.js';
import { workerFiles, workerSettings } from './workerFiles.js';

/**
 * The language worker that answers, whichever process that is at the moment. Where there are snapshots, the first one
 * starts from the small snapshot, and a second one with the repository's modules takes over when it is up. A worker that
 * dies is replaced, and what it was asked is asked again; what the notebook has declared is kept here for the next one.
 */
export class LanguageWorker {
  readonly #settings;
  /** What a worker can be started from, the best first; what did not start is left out. */
  #sources: WorkerSource[];
  #channel: Channel;
  #successor: { channel: Channel; taken: Promise<unknown> } | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  readonly #scope = new NotebookScope();
  #imported: string[] = [];
  /** A cell that was checked and has not ended yet. */
  #pending: { code: string; id: CellId } | undefined;
  /** Resolves when the first worker has parsed what every cell needs. */
  readonly ready: Promise<unknown>;

  constructor(cwd: string) {
    this.#settings = workerSettings(cwd);
    const { script, base, full } = workerFiles();
    const snapshots = [full, base].flatMap((snapshot) => (snapshot === undefined ? [] : [{ snapshot }]));
    this.#sources = [...snapshots, { script }];
    this.#channel = this.#started(base === undefined ? { script } : { snapshot: base });
    this.ready = this.ask('ready');
    if (base !== undefined && full !== undefined)
      this.ready.then(
        () => this.#startSuccessor({ snapshot: full }),
        () => undefined,
      );
  }

  /** Asks the worker; requests run one after the other. Rejects where a worker cannot be started or dies of it twice. */
  ask<N extends RequestName>(
    name: N,
    ...args: LanguageRequests[N]['arguments']
  ): Promise<LanguageRequests[N]['answer']> {
    return this.#enqueue(async () => {
      try {
        return await this.#channel.ask(name, ...args);
      } catch (error) {
        if (!(error instanceof WorkerEnded) || this.#isClosed) throw error;
        await this.#replaceDead();
        return await this.#channel.ask(name, ...args);
      }
    });
  }

  /** Resolves when the successor, if one is on its way, has taken over. */
  async settled(): Promise<void> {
    await this.#successor?.taken;
  }

  async compile(code: string, id: CellId): Promise<LanguageRequests['compile']['answer']> {
    const compiled = await this.ask('compile', code, id);
    this.#pending = compiled.ok ? { code, id } : undefined;
    return compiled;
  }

  async commit(cell: number): Promise<void> {
    const { statements, imported } = await this.ask('commit', cell);
    this.#pending = undefined;
    this.#scope.add(statements);
    this.#imported = imported;
  }

  async reset(): Promise<void> {
    this.#pending = undefined;
    this.#scope.clear();
    this.#imported = [];
    await this.ask('reset');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#channel.close(), this.#successor?.channel.close()]);
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  #started(source: WorkerSource): Channel {
    const channel = startWorker(source, this.#settings);
    void channel.ended.then((error) => {
      if (this.#isClosed || channel !== this.#channel) return;
      process.stderr.write(`${error.message} Another one takes over.\n`);
      this.#enqueue(() => this.#replaceDead()).catch(() => undefined);
    });
    return channel;
  }

  #startSuccessor(source: WorkerSource): void {
    if (this.#isClosed) return;
    const channel = this.#started(source);
    const taken = channel.ask('ready').then(() => this.#enqueue(() => this.#takeOver(channel)));
    this.#successor = {
      channel,
      taken: taken.catch(() => {
        this.#successor = undefined;
      }),
    };
  }

  /** Makes `next` the worker, with all that the notebook has declared. */
  async #takeOver(next: Channel): Promise<void> {
    if (this.#isClosed || this.#channel === next) return;
    await next.ask('restore', { groups: this.#scope.groups(), imported: this.#imported });
    if (this.#pending) await next.ask('compile', this.#pending.code, this.#pending.id);
    const former = this.#channel;
    this.#channel = next;
    this.#successor = undefined;
    await former.close();
  }

  async #replaceDead(): Promise<void> {
    if (!this.#channel.hasEnded()) return;
    await this.#successor?.channel.close();
    for (const source of [...this.#sources]) {
      if (this.#isClosed) return;
      const next = this.#started(source);
      try {
        await next.ask('ready');
        await this.#takeOver(next);
        return;
      } catch (error) {
        await next.close();
        if (!(error instanceof WorkerEnded)) throw error;
        // A snapshot that this Node does not take, or too little memory for it.
        if ('snapshot' in source) this.#sources = this.#sources.filter((other) => other !== source);
      }
    }
  }
}
