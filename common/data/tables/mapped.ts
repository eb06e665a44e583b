import { messageOf, UserError } from '../../utils/index.js';
import type { MapOptions } from '../dataset.js';
import { noColumn } from '../describeFeature.js';
import type { Feature, Features } from '../features.js';
import { digest } from '../identity.js';
import type { ImageSource } from '../image.js';
import { inferFeature } from '../inferFeatures.js';
import type { Row, Table } from '../table.js';
import { valueReader } from '../valueReader.js';
import { packTable } from './packTable.js';

export type RowFunction = (row: Row, index: number) => unknown;

/**
 * New rows, computed when they are read. Features that are not given are those of the old column of the same name where the first row's
 * value still fits, else told from that value; every row is checked against them.
 */
export async function mapTable(parent: Table, change: RowFunction, options: MapOptions): Promise<Table> {
  const columns = Object.keys(parent.features);
  const features = options.features ?? (await firstFeatures(parent, change, columns));
  const fingerprint = digest(parent.fingerprint, 'map', change.toString(), options.key, features);
  return new MappedTable(parent, change, features, fingerprint);
}

async function firstFeatures(parent: Table, change: RowFunction, columns: readonly string[]): Promise<Features> {
  if (parent.length === 0) return parent.features;
  const [old] = await parent.gather([0], columns);
  const first = await applied(parent, change, old ?? {}, 0, 0);
  const features: Record<string, Feature> = {};
  for (const [name, value] of Object.entries(first)) {
    const before = Object.hasOwn(parent.features, name) ? parent.features[name] : undefined;
    features[name] = before !== undefined && fits(before, value) ? before : inferFeature([value], name);
  }
  return features;
}

function fits(feature: Feature, value: unknown): boolean {
  try {
    return JSON.stringify(valueReader(feature)(value)) === JSON.stringify(value);
  } catch {
    return false;
  }
}

async function applied(parent: Table, change: RowFunction, row: Row, index: number, at: number): Promise<Row> {
  let result: unknown;
  try {
    result = await change(row, index);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new Error(`${parent.where(at)}: the function given to map failed: ${messageOf(error)}`, { cause: error });
  }
  if (typeof result === 'object' && result !== null && !Array.isArray(result)) return { ...result };
  throw new UserError(`${parent.where(at)}: the function given to map must return a row, not ${String(result)}.`);
}

class MappedTable implements Table {
  readonly features: Features;
  readonly fingerprint: string;
  readonly #parent: Table;
  readonly #change: RowFunction;
  readonly #read: ReadonlyMap<string, (value: unknown) => unknown>;

  constructor(parent: Table, change: RowFunction, features: Features, fingerprint: string) {
    this.#parent = parent;
    this.#change = change;
    this.features = features;
    this.fingerprint = fingerprint;
    this.#read = new Map(Object.entries(features).map(([name, feature]) => [name, valueReader(feature)]));
  }

  get length(): number {
    return this.#parent.length;
  }

  batch(from: number): number {
    return Math.min(this.#parent.batch(from), 100);
  }

  where(row: number): string {
    return this.#parent.where(row);
  }

  async gather(rows: ArrayLike<number>, columns: readonly string[]): Promise<Row[]> {
    const reads = columns.map((name) => {
      const read = this.#read.get(name);
      if (read === undefined) throw new UserError(noColumn(name, this.features));
      return [name, read] as const;
    });
    const old = await this.#parent.gather(rows, Object.keys(this.#parent.features));
    const out: Row[] = [];
    for (const [k, row] of old.entries()) {
      const changed = await applied(this.#parent, this.#change, row, rows[k]!, rows[k]!);
      out.push(
        Object.fromEntries(
          reads.map(([name, read]) => {
            try {
              return [name, read(changed[name])];
            } catch (error) {
              throw new UserError(`${this.where(rows[k]!)}: column "${name}" after map: ${messageOf(error)}.`);
            }
          }),
        ),
      );
    }
    return out;
  }

  images(column: string, maxMemory: number): Promise<ImageSource> {
    return packTable(this, column, maxMemory);
  }
}
