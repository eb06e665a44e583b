import { digest } from '../identity.js';
import type { ImageSource } from '../image.js';
import type { Row, Table } from '../table.js';

/** Some rows of a table, in any order, also more than once. A selection of a selection reads from the first. */
export function selectTable(parent: Table, indices: Iterable<number>, what: string | undefined): Table {
  const wanted = indices instanceof Uint32Array ? indices : Uint32Array.from(checked(indices, parent.length));
  const rows = parent instanceof SelectedTable ? wanted.map((row) => parent.rows[row]!) : wanted;
  const base = parent instanceof SelectedTable ? parent.base : parent;
  // What the rows are is said by how they were chosen where that is short, else by their numbers.
  const fingerprint = digest(parent.fingerprint, 'select', what ?? digest([...wanted]));
  return new SelectedTable(base, rows, fingerprint);
}

function* checked(indices: Iterable<number>, length: number): Generator<number> {
  for (const index of indices) {
    if (!Number.isInteger(index) || index < -length || index >= length)
      throw new RangeError(`row ${index} of a data set of ${length} rows`);
    yield index < 0 ? index + length : index;
  }
}

class SelectedTable implements Table {
  readonly base: Table;
  readonly rows: Uint32Array;
  readonly fingerprint: string;

  constructor(base: Table, rows: Uint32Array, fingerprint: string) {
    this.base = base;
    this.rows = rows;
    this.fingerprint = fingerprint;
  }

  get features() {
    return this.base.features;
  }

  get length(): number {
    return this.rows.length;
  }

  batch(from: number): number {
    // As far as the rows follow each other, what is best for the base is best here.
    const most = Math.min(this.base.batch(this.rows[from]!), this.rows.length - from);
    let count = 1;
    while (count < most && this.rows[from + count] === this.rows[from]! + count) count++;
    return count < 16 ? Math.min(64, this.rows.length - from) : count;
  }

  where(row: number): string {
    return this.base.where(this.#row(row));
  }

  gather(rows: ArrayLike<number>, columns: readonly string[]): Promise<Row[]> {
    return this.base.gather(
      Array.from(rows, (row) => this.#row(row)),
      columns,
    );
  }

  async images(column: string, maxMemory: number): Promise<ImageSource> {
    const all = await this.base.images(column, maxMemory);
    if (all.kind === 'memory') return { ...all, rows: shared(Uint32Array, this.rows, (row) => all.rows?.[row] ?? row) };
    return {
      kind: 'ranges',
      files: all.files,
      file: shared(Uint32Array, this.rows, (row) => all.file[row]!),
      offset: shared(Float64Array, this.rows, (row) => all.offset[row]!),
      length: shared(Uint32Array, this.rows, (row) => all.length[row]!),
    };
  }

  cast(features: Table['features']): Table {
    return new SelectedTable(this.base.cast?.(features) ?? this.base, this.rows, this.fingerprint);
  }

  #row(row: number): number {
    const base = this.rows[row];
    if (base === undefined) throw new RangeError(`row ${row} of ${this.length}`);
    return base;
  }
}

/** A typed array in shared memory, one entry for each row. */
export function shared<A extends Uint32Array | Float64Array>(
  type: { new (buffer: SharedArrayBuffer): A; readonly BYTES_PER_ELEMENT: number },
  rows: ArrayLike<number>,
  value: (row: number) => number,
): A {
  const out = new type(new SharedArrayBuffer(type.BYTES_PER_ELEMENT * rows.length));
  for (let i = 0; i < rows.length; i++) out[i] = value(rows[i]!);
  return out;
}
