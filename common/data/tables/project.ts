import { UserError } from '../../utils/index.js';
import { noColumn } from '../describeFeature.js';
import type { Features } from '../features.js';
import { digest } from '../identity.js';
import type { ImageSource } from '../image.js';
import type { Row, Table } from '../table.js';

/** Some columns of a table, perhaps by other names: `columns` has the old name of each new one. */
export function projectTable(parent: Table, columns: Readonly<Record<string, string>>): Table {
  const features: Record<string, Features[string]> = {};
  for (const [name, old] of Object.entries(columns)) {
    const feature = Object.hasOwn(parent.features, old) ? parent.features[old] : undefined;
    if (feature === undefined) throw new UserError(noColumn(old, parent.features));
    features[name] = feature;
  }
  return new ProjectedTable(parent, columns, features);
}

class ProjectedTable implements Table {
  readonly features: Features;
  readonly fingerprint: string;
  readonly #parent: Table;
  readonly #columns: Readonly<Record<string, string>>;

  constructor(parent: Table, columns: Readonly<Record<string, string>>, features: Features) {
    this.#parent = parent;
    this.#columns = columns;
    this.features = features;
    this.fingerprint = digest(parent.fingerprint, 'columns', Object.entries(columns));
  }

  get length(): number {
    return this.#parent.length;
  }

  batch(from: number): number {
    return this.#parent.batch(from);
  }

  where(row: number): string {
    return this.#parent.where(row);
  }

  async gather(rows: ArrayLike<number>, columns: readonly string[]): Promise<Row[]> {
    const pairs = columns.map((name) => [name, this.#old(name)] as const);
    const found = await this.#parent.gather(
      rows,
      pairs.map(([, old]) => old),
    );
    return found.map((row) => Object.fromEntries(pairs.map(([name, old]) => [name, row[old]])));
  }

  images(column: string, maxMemory: number): Promise<ImageSource> {
    return this.#parent.images(this.#old(column), maxMemory);
  }

  cast(features: Features): Table {
    const old: Record<string, Features[string]> = { ...this.#parent.features };
    for (const [name, feature] of Object.entries(features)) old[this.#old(name)] = feature;
    return new ProjectedTable(this.#parent.cast?.(old) ?? this.#parent, this.#columns, features);
  }

  #old(name: string): string {
    const old = Object.hasOwn(this.#columns, name) ? this.#columns[name] : undefined;
    if (old === undefined) throw new UserError(noColumn(name, this.features));
    return old;
  }
}
