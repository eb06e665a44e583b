import { messageOf, UserError } from '../../utils/index.js';
import type { CursorState } from '../dataset.js';
import type { Features } from '../features.js';
import { digest } from '../identity.js';
import type { Row } from '../table.js';
import { type Item, numberAt, part, type Running, type Shard, type StreamNode } from './node.js';
import { SourceNode } from './source.js';

/** Passes each item through a function; undefined leaves it out. State: that of the parent. */
class EachNode implements StreamNode {
  readonly features: Features;
  readonly fingerprint: string;
  readonly #parent: StreamNode;
  readonly #what: string;
  readonly #change: (item: Item) => Promise<Item | undefined>;
  readonly #keepsAll: boolean;

  constructor(
    parent: StreamNode,
    features: Features,
    what: string,
    keepsAll: boolean,
    change: (item: Item) => Promise<Item | undefined>,
  ) {
    this.#parent = parent;
    this.features = features;
    this.#what = what;
    this.#keepsAll = keepsAll;
    this.#change = change;
    this.fingerprint = digest(parent.fingerprint, what);
  }

  shards() {
    return this.#parent.shards();
  }

  withShards(shards: readonly Shard[], what: string): StreamNode {
    return new EachNode(this.#parent.withShards(shards, what), this.features, this.#what, this.#keepsAll, this.#change);
  }

  start(state?: CursorState): Running {
    const parent = this.#parent.start(state);
    return {
      ...parent,
      skip: this.#keepsAll ? parent.skip : undefined,
      next: async () => {
        for (;;) {
          const item = await parent.next();
          if (item === undefined) return undefined;
          const changed = await this.#change(item);
          if (changed !== undefined) return changed;
        }
      },
    };
  }
}

export function filterNode(
  parent: StreamNode,
  keep: (row: Row) => boolean | Promise<boolean>,
  key: string,
): StreamNode {
  return new EachNode(parent, parent.features, `filter ${key}`, false, async (item) =>
    (await calling('filter', item, () => keep(item.row))) ? item : undefined,
  );
}

export function mapNode(
  parent: StreamNode,
  change: (row: Row) => Row | Promise<Row>,
  features: Features,
  key: string,
): StreamNode {
  return new EachNode(parent, features, `map ${key}`, true, async (item) => ({
    ...item,
    row: await calling('map', item, () => change(item.row)),
  }));
}

/** Some of the columns; `required` ones must have a value. */
export function columnsNode(parent: StreamNode, features: Features, required: readonly string[]): StreamNode {
  const names = Object.keys(features);
  // The others are not even read.
  const source = parent instanceof SourceNode ? parent.only(names) : parent;
  return new EachNode(source, features, `columns ${JSON.stringify(names)}`, true, async (item) => {
    for (const name of required)
      if (item.row[name] === null)
        throw new UserError(
          `${item.where()}: column "${name}" has no value. If that is to be expected, say so: columns: { ${name}: optional(…) }.`,
        );
    return { ...item, row: Object.fromEntries(names.map((name) => [name, item.row[name]])) };
  });
}

async function calling<R>(name: string, item: Item, work: () => R | Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new Error(`${item.where()}: the function given to ${name} failed: ${messageOf(error)}`, { cause: error });
  }
}

/** Counts the parent's items and gives out those whose number is wanted. State: how many have been counted, and the parent's. */
class CountNode implements StreamNode {
  readonly fingerprint: string;
  readonly #parent: StreamNode;
  readonly #isWanted: (index: number) => boolean;
  readonly #begin: number;
  readonly #end: number;

  constructor(parent: StreamNode, what: string, isWanted: (index: number) => boolean, { begin = 0, end = Infinity }) {
    this.#parent = parent;
    this.#isWanted = isWanted;
    this.#begin = begin;
    this.#end = end;
    this.fingerprint = digest(parent.fingerprint, what);
  }

  get features() {
    return this.#parent.features;
  }

  // Which rows they are depends on the order: shards cannot be mixed or chosen any more.
  shards() {
    return undefined;
  }

  withShards(): StreamNode {
    return this;
  }

  start(state?: CursorState): Running {
    let count = numberAt(state, 0);
    const parent = this.#parent.start(part(state, 1));
    return {
      next: async () => {
        if (count < this.#begin) count += parent.skip?.(this.#begin - count) ?? 0;
        while (count < this.#end) {
          const item = await parent.next();
          if (item === undefined) return undefined;
          if (this.#isWanted(count++)) return item;
        }
        return undefined;
      },
      state: () => [count, parent.state()],
      close: parent.close,
    };
  }
}

export function takeNode(parent: StreamNode, count: number): StreamNode {
  return new CountNode(parent, `take ${count}`, () => true, { end: count });
}

export function skipNode(parent: StreamNode, count: number): StreamNode {
  return new CountNode(parent, `skip ${count}`, (index) => index >= count, { begin: count });
}

/** Whole shards where there is one for each part, else every count-th row. */
export function shardNode(parent: StreamNode, index: number, count: number): StreamNode {
  if (!Number.isInteger(count) || !Number.isInteger(index) || index < 0 || index >= count)
    throw new RangeError(`shard ${index} of ${count}`);
  const shards = parent.shards();
  if (shards !== undefined && shards.length >= count)
    return parent.withShards(
      shards.filter((_, i) => i % count === index),
      `shard ${index}/${count}`,
    );
  const isWanted = (row: number) => row % count === index;
  return new CountNode(parent, `rows ${index}/${count}`, isWanted, {});
}

/** Streams one after another. State: which, and its own. */
export class ConcatNode implements StreamNode {
  readonly features: Features;
  readonly fingerprint: string;
  readonly #parts: readonly StreamNode[];

  constructor(parts: readonly StreamNode[], features: Features) {
    this.#parts = parts;
    this.features = features;
    this.fingerprint = digest('concat', ...parts.map((one) => one.fingerprint));
  }

  shards() {
    return undefined;
  }

  withShards(): StreamNode {
    return this;
  }

  start(state?: CursorState): Running {
    let index = numberAt(state, 0);
    let running = this.#parts[index]?.start(part(state, 1));
    return {
      next: async () => {
        while (running !== undefined) {
          const item = await running.next();
          if (item !== undefined) return item;
          await running.close();
          running = this.#parts[++index]?.start();
        }
        return undefined;
      },
      state: () => [index, running?.state() ?? []],
      close: async () => running?.close(),
    };
  }
}
