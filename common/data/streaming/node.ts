import type { CursorState } from '../dataset.js';
import type { Features } from '../features.js';
import type { Row } from '../table.js';

/** A row on its way through a stream. */
export interface Item {
  row: Row;
  where: () => string;
}

/** A stream that runs. */
export interface Running {
  next(): Promise<Item | undefined>;
  /** What `start` needs to go on behind the last item that `next` gave. */
  state(): CursorState;
  /** Passes over at most `count` items without reading them, where that is possible; gives how many. */
  skip?(count: number): number;
  /** Gives up what is open; may be called more than once. */
  close(): Promise<void>;
}

/** A stream that can be started any number of times, from its beginning or from a state: the source, or an operation on another. */
export interface StreamNode {
  readonly features: Features;
  /** Hex SHA-256 of what determines the rows and their order. */
  readonly fingerprint: string;
  start(state?: CursorState): Running;
  /** The parts that can be read by themselves (row groups, files), where the operations above do not forbid to choose or to mix them. */
  shards(): readonly Shard[] | undefined;
  /** The same operations over these shards. `what` says how they were chosen. */
  withShards(shards: readonly Shard[], what: string): StreamNode;
}

/** A part of the source that can be read by itself. */
export interface Shard {
  /** The rows behind the first `skip`, in batches; what is in a batch has been read together. All columns, or these. */
  batches(skip: number, columns?: readonly string[]): AsyncIterable<Item[]>;
  /** Starts to read what `batches(0, columns)` will want. */
  prefetch?(columns?: readonly string[]): void;
  /** How many rows there are, where that is known. */
  readonly length: number | undefined;
}

/** The entry of a state at a place, where it is a list. */
export function part(state: CursorState | undefined, index: number): CursorState | undefined {
  return typeof state === 'object' ? state[index] : undefined;
}

/** The number at a place of a state; 0 where there is none. */
export function numberAt(state: CursorState | undefined, index: number): number {
  const value = part(state, index);
  return typeof value === 'number' ? value : 0;
}
