import { UserError } from '../../utils/index.js';
import { type ColumnSpecs, checkColumns, isOptional } from '../checkColumns.js';
import type { Features } from '../features.js';
import type { ImageSource } from '../image.js';
import type { Row, Table, TableFiles } from '../table.js';
import { projectTable } from './project.js';

/**
 * The table with the columns that a caller asked for, checked against the real ones, in his order; missing values are errors unless he
 * allowed them.
 *
 * @param where names the data set in the message.
 */
export function typedTable(parent: Table, specs: ColumnSpecs, where: string): Table {
  const features = checkColumns(parent.features, specs, where);
  const table = parent.cast?.({ ...parent.features, ...features }) ?? parent;
  const names = Object.keys(features);
  const isAll = Object.keys(parent.features).join('\0') === names.join('\0');
  const chosen = isAll ? table : projectTable(table, Object.fromEntries(names.map((name) => [name, name])));
  return new RequiredTable(
    chosen,
    names.filter((name) => !isOptional(specs[name]!.feature)),
  );
}

/** The same rows, in which a missing value in one of these columns is an error that names its file and row. */
class RequiredTable implements Table {
  readonly fingerprint: string;
  readonly features: Features;
  readonly files: TableFiles | undefined;
  readonly #parent: Table;
  readonly #required: ReadonlySet<string>;

  constructor(parent: Table, required: Iterable<string>) {
    this.#parent = parent;
    this.#required = new Set(required);
    this.fingerprint = parent.fingerprint;
    this.features = parent.features;
    this.files = parent.files;
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
    const found = await this.#parent.gather(rows, columns);
    const required = columns.filter((name) => this.#required.has(name));
    for (const [i, row] of found.entries())
      for (const name of required)
        if (row[name] === null)
          throw new UserError(
            `${this.where(rows[i]!)}: column "${name}" has no value. If that is to be expected, say so: columns: { ${name}: optional(…) }.`,
          );
    return found;
  }

  images(column: string, maxMemory: number): Promise<ImageSource> {
    return this.#parent.images(column, maxMemory);
  }

  cast(features: Features): Table {
    return new RequiredTable(this.#parent.cast?.(features) ?? this.#parent, this.#required);
  }
}
