import { UserError } from '../../utils/index.js';
import { type ColumnSpecs, checkColumns, isOptional } from '../checkColumns.js';
import type { ColumnName, MapOptions, StreamCursor, StreamedRow, StreamingDataset } from '../dataset.js';
import { noColumn } from '../describeFeature.js';
import type { Columns, Features } from '../features.js';
import type { DatasetInfo, Row } from '../table.js';
import type { Running, StreamNode } from './node.js';
import { columnsNode, filterNode, mapNode, shardNode, skipNode, takeNode } from './operations.js';
import { shuffleNode } from './shuffle.js';

/** A StreamingDataset over a chain of operations. T is a claim about its columns, as in TableDataset. */
export class StreamDataset<T extends Row> implements StreamingDataset<T> {
  readonly name: string;
  readonly config: string | undefined;
  readonly splitName: string;
  readonly features: Features;
  readonly fingerprint: string;
  readonly #node: StreamNode;
  readonly #info: DatasetInfo;

  constructor(node: StreamNode, info: DatasetInfo) {
    this.name = info.name;
    this.config = info.config;
    this.splitName = info.splitName;
    this.features = node.features;
    this.fingerprint = node.fingerprint;
    this.#node = node;
    this.#info = info;
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<T> {
    for await (const { row } of this.iterate()) yield row;
  }

  async *iterate(from?: StreamCursor): AsyncIterableIterator<StreamedRow<T>> {
    if (from !== undefined && from.fingerprint !== this.fingerprint)
      throw new UserError(
        `The position in ${this.name} ${this.splitName} belongs to another stream: other data, or other operations (shuffle, filter …).`,
      );
    const running: Running = this.#node.start(from?.state);
    try {
      for (;;) {
        const item = await running.next();
        if (item === undefined) return;
        yield {
          row: claim<T>(item.row),
          get where() {
            return item.where(); // made when it is asked for: a stream has many rows
          },
          cursor: () => ({ fingerprint: this.fingerprint, state: running.state() }),
        };
      }
    } finally {
      await running.close();
    }
  }

  filter(keep: (row: T) => boolean | Promise<boolean>): StreamingDataset<T> {
    return this.#over(filterNode(this.#node, (row) => keep(claim<T>(row)), keep.toString()));
  }

  map<U extends Row>(change: (row: T) => U | Promise<U>, options: MapOptions = {}): StreamingDataset<U> {
    const key = JSON.stringify([change.toString(), options.key ?? null]);
    const features = options.features ?? this.features;
    return new StreamDataset<U>(
      mapNode(this.#node, (row) => change(claim<T>(row)), features, key),
      this.#info,
    );
  }

  shuffle(seed: number, { buffer = 1000 } = {}): StreamingDataset<T> {
    return this.#over(shuffleNode(this.#node, seed, buffer));
  }

  take(count: number): StreamingDataset<T> {
    return this.#over(takeNode(this.#node, count));
  }

  skip(count: number): StreamingDataset<T> {
    return this.#over(skipNode(this.#node, count));
  }

  shard(index: number, count: number): StreamingDataset<T> {
    return this.#over(shardNode(this.#node, index, count));
  }

  selectColumns<K extends ColumnName<T>>(...columns: readonly K[]): StreamingDataset<Pick<T, K>> {
    const features: Record<string, Features[string]> = {};
    for (const name of columns) {
      const feature = Object.hasOwn(this.features, name) ? this.features[name] : undefined;
      if (feature === undefined) throw new UserError(noColumn(name, this.features));
      features[name] = feature;
    }
    return new StreamDataset<Pick<T, K>>(columnsNode(this.#node, features, []), this.#info);
  }

  typed<U extends Row>(columns: Columns<U>): StreamingDataset<U> {
    const specs: ColumnSpecs = { ...columns };
    const features = checkColumns(this.features, specs, `${this.name}, split "${this.splitName}"`);
    const required = Object.keys(specs).filter((name) => !isOptional(specs[name]!.feature));
    return new StreamDataset<U>(columnsNode(this.#node, features, required), this.#info);
  }

  #over(node: StreamNode): StreamingDataset<T> {
    return new StreamDataset<T>(node, this.#info);
  }
}

/** What T says about a row was checked against the features when the stream was opened (`columns`), or is the caller's word. */
function claim<T extends Row>(row: Row): T {
  return row as T;
}
