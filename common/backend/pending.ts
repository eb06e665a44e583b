import type { Entry } from './entry.js';
import { executableOf } from './executable.js';
import { allocateFor, sameFailure } from './explain.js';
import { Graph, type Value } from './graph.js';
import type { Storage } from './session.js';
import { stats } from './stats.js';

/** More operators than this are evaluated without being asked for: a loop that never reads would grow for ever. */
const LIMIT = 50_000;
/** So many evaluations of known graphs in a row are a steady loop. */
const STEADY = 8;

/** The tensors outside of recordings whose values nobody has asked for yet. */
export class Pending {
  private readonly entries = new Set<Entry>();
  private readonly storageOf: (value: Value) => Storage | undefined;
  private readonly setStorage: (entry: Entry, storage: Storage) => void;
  private operators = 0;
  /** Evaluations in a row whose graph was known. */
  private known = 0;

  constructor(storageOf: (value: Value) => Storage | undefined, setStorage: (entry: Entry, storage: Storage) => void) {
    this.storageOf = storageOf;
    this.setStorage = setStorage;
  }

  get size(): number {
    return this.entries.size;
  }

  /** Whether the last evaluations were all of graphs that were known. */
  get steady(): boolean {
    return this.known >= STEADY;
  }

  add(entry: Entry): void {
    this.entries.add(entry);
    stats.pending = this.entries.size;
    if (++this.operators > LIMIT) this.flush();
  }

  delete(entry: Entry): void {
    if (this.entries.delete(entry)) stats.pending = this.entries.size;
  }

  clear(): void {
    this.entries.clear();
  }

  /** Evaluates everything, as one model. What fails throws when it is used, and keeps nothing else from its value. */
  flush(): void {
    this.operators = 0;
    if (this.entries.size > 0) this.settle([...this.entries]);
    stats.pending = 0;
  }

  /** Evaluates these; where that fails, halves of them, until those that fail are found. */
  private settle(entries: readonly Entry[], whole?: unknown): void {
    try {
      this.evaluate(entries);
    } catch (error) {
      const [entry] = entries;
      if (entries.length > 1) {
        const middle = entries.length >> 1;
        this.settle(entries.slice(0, middle), whole ?? error);
        this.settle(entries.slice(middle), whole ?? error);
      } else if (entry !== undefined) {
        // The graph of all of them may have been recorded before, when its operators still noted their lines.
        entry.error = sameFailure(error, whole) ? whole : error;
        this.entries.delete(entry);
      }
    }
  }

  private evaluate(entries: readonly Entry[]): void {
    const outputs = entries.map(({ value }) => {
      if (value === undefined) throw new Error('a pending tensor has no graph value');
      return value;
    });
    const graph = Graph.of(outputs);
    const { compiles } = stats;
    const executable = executableOf(graph);
    this.known = stats.compiles === compiles ? this.known + 1 : 0;
    const feeds = executable.needed.map((place) => {
      const value = graph.inputs[place];
      const storage = value === undefined ? undefined : this.storageOf(value);
      if (storage === undefined)
        throw new Error('a tensor that belongs to a compile() recording is used outside of it');
      return storage;
    });
    const results = outputs.map(allocateFor);
    executable.run(feeds, results, graph);
    entries.forEach((entry, i) => {
      const storage = results[i];
      if (storage !== undefined) this.setStorage(entry, storage);
    });
  }
}
