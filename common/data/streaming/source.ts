import type { CursorState } from '../dataset.js';
import type { Features } from '../features.js';
import { digest } from '../identity.js';
import { type Item, numberAt, type Running, type Shard, type StreamNode } from './node.js';

/** The rows of shards, one shard after another; the next one is read ahead. State: shard, rows of it that are done. */
export class SourceNode implements StreamNode {
  readonly features: Features;
  readonly fingerprint: string;
  readonly #shards: readonly Shard[];
  readonly #columns: readonly string[] | undefined;

  constructor(shards: readonly Shard[], features: Features, fingerprint: string, columns?: readonly string[]) {
    this.#shards = shards;
    this.#columns = columns;
    this.features = features;
    this.fingerprint = fingerprint;
  }

  shards(): readonly Shard[] {
    return this.#shards;
  }

  withShards(shards: readonly Shard[], what: string): StreamNode {
    return new SourceNode(shards, this.features, digest(this.fingerprint, what), this.#columns);
  }

  /** The same rows with these columns only: the others are not read. */
  only(columns: readonly string[]): SourceNode {
    return new SourceNode(this.#shards, this.features, this.fingerprint, columns);
  }

  start(state?: CursorState): Running {
    let shard = numberAt(state, 0);
    let done = numberAt(state, 1);
    let batch: Item[] = [];
    let at = 0;
    let open: AsyncIterator<Item[]> | undefined;
    const close = async () => {
      const closing = open;
      open = undefined;
      batch = [];
      await closing?.return?.();
    };
    return {
      next: async () => {
        while (at >= batch.length) {
          const current = this.#shards[shard];
          if (current === undefined) return undefined;
          if (open === undefined) {
            open = current.batches(done, this.#columns)[Symbol.asyncIterator]();
            this.#shards[shard + 1]?.prefetch?.(this.#columns);
          }
          const { value, done: isOver } = await open.next();
          if (isOver) {
            open = undefined;
            shard++;
            done = 0;
            [batch, at] = [[], 0];
          } else [batch, at] = [value, 0];
        }
        done++;
        return batch[at++];
      },
      skip: (count) => {
        let skipped = 0;
        // Whole shards whose rows are known, before anything of them has been read.
        while (open === undefined && done === 0) {
          const length = this.#shards[shard]?.length;
          if (length === undefined || skipped + length > count) break;
          skipped += length;
          shard++;
        }
        return skipped;
      },
      state: () => [shard, done],
      close,
    };
  }
}
