import type { CursorState } from '../dataset.js';
import { digest } from '../identity.js';
import { CounterRandom } from '../random.js';
import { random } from '../samplers/index.js';
import { type Item, numberAt, part, type Running, type Shard, type StreamNode } from './node.js';

const DRAW_STREAM = 0x62756666;

/** Shards in random order where the parent lets them be mixed, and a buffer from which a random row is given out. */
export function shuffleNode(parent: StreamNode, seed: number, buffer: number): StreamNode {
  if (!Number.isInteger(buffer) || buffer < 1) throw new RangeError(`a shuffle buffer of ${buffer} rows`);
  const shards = parent.shards();
  if (shards === undefined) return new BufferNode(parent, seed, buffer);
  const order = random(shards.length, { seed }).indices(0);
  const mixed = Array.from(order, (index) => shards[index]!);
  return new BufferNode(parent.withShards(mixed, `shuffle ${seed}`), seed, buffer);
}

/** An item in the buffer: its number among the parent's, and the parent's state in front of it. */
interface Held {
  item: Item;
  number: number;
  before: CursorState;
}

/**
 * The buffer of a shuffle. Draw k is a function of (seed, k), so the order is one of the seed. State: draws, items taken from the parent,
 * the parent's state, the number and the state in front of the oldest item held, the numbers of all items held in the buffer's order.
 */
class BufferNode implements StreamNode {
  readonly fingerprint: string;
  readonly #parent: StreamNode;
  readonly #seed: number;
  readonly #size: number;

  constructor(parent: StreamNode, seed: number, size: number) {
    this.#parent = parent;
    this.#seed = seed;
    this.#size = size;
    this.fingerprint = digest(parent.fingerprint, 'buffer', seed, size);
  }

  get features() {
    return this.#parent.features;
  }

  shards() {
    return this.#parent.shards();
  }

  withShards(shards: readonly Shard[], what: string): StreamNode {
    return new BufferNode(this.#parent.withShards(shards, what), this.#seed, this.#size);
  }

  start(state?: CursorState): Running {
    let draws = numberAt(state, 0);
    let taken = numberAt(state, 1);
    let parent: Running | undefined;
    let held: Held[] = [];
    let isOver = false;
    const open = async (): Promise<Running> => {
      if (parent !== undefined) return parent;
      if (state === undefined) parent = this.#parent.start();
      else ({ parent, held } = await this.#restore(state));
      return parent;
    };
    const pull = async (from: Running): Promise<Held | undefined> => {
      const before = from.state();
      const item = isOver ? undefined : await from.next();
      if (item === undefined) isOver = true;
      return item && { item, number: taken++, before };
    };
    return {
      next: async () => {
        const source = await open();
        while (held.length < this.#size) {
          const more = await pull(source);
          if (more === undefined) break;
          held.push(more);
        }
        if (held.length === 0) return undefined;
        const place = new CounterRandom(DRAW_STREAM, this.#seed, draws++).integer(held.length);
        const chosen = held[place]!;
        const last = held.pop()!;
        if (last !== chosen) held[place] = last;
        return chosen.item;
      },
      state: () => {
        if (parent === undefined) return state ?? [];
        const oldest = held.reduce<Held | undefined>(
          (a, b) => (a === undefined || b.number < a.number ? b : a),
          undefined,
        );
        const numbers = held.map(({ number }) => number);
        return [draws, taken, parent.state(), oldest?.number ?? taken, oldest?.before ?? parent.state(), numbers];
      },
      close: async () => parent?.close(),
    };
  }

  /** Reads the items of the buffer again: everything from the oldest one on, of which those in the buffer are kept. */
  async #restore(state: CursorState): Promise<{ parent: Running; held: Held[] }> {
    const taken = numberAt(state, 1);
    const first = numberAt(state, 3);
    const numbers = part(state, 5);
    if (typeof numbers !== 'object') return { parent: this.#parent.start(), held: [] };
    const wanted = new Map(numbers.map((number, place) => [Number(number), place]));
    const held = new Array<Held>(wanted.size);
    const again = this.#parent.start(part(state, 4));
    for (let number = first; number < taken; number++) {
      const before = again.state();
      const item = await again.next();
      const place = wanted.get(number);
      if (item === undefined) break;
      if (place !== undefined) held[place] = { item, number, before };
    }
    return { parent: again, held };
  }
}
