import { UserError } from '../../utils/index.js';
import { describeFeature, sameFeature } from '../describeFeature.js';
import type { Features } from '../features.js';
import { digest } from '../identity.js';
import type { ImageSource } from '../image.js';
import type { Row, Table } from '../table.js';
import { packTable } from './packTable.js';

/** Tables one after another. @throws UserError where their columns differ. */
export function concatTables(tables: readonly Table[]): Table {
  const [first, ...others] = tables;
  if (first === undefined) throw new Error('no tables');
  for (const other of others) checkColumns(first.features, other.features);
  return others.length === 0 ? first : new ConcatTable(tables, first.features);
}

/** Tables with the same columns. */
export function checkColumns(a: Features, b: Features): void {
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [left, right] = [a[name], b[name]];
    if (left !== undefined && right !== undefined && sameFeature(left, right)) continue;
    const has = (feature: typeof left) => (feature === undefined ? 'missing' : describeFeature(feature));
    throw new UserError(
      `Data sets with different columns cannot be joined: "${name}" is ${has(left)} in the first, ${has(right)} in another.`,
    );
  }
}

class ConcatTable implements Table {
  readonly features: Features;
  readonly length: number;
  readonly fingerprint: string;
  readonly #tables: readonly Table[];
  readonly #starts: readonly number[];

  constructor(tables: readonly Table[], features: Features) {
    let length = 0;
    this.#starts = tables.map((table) => {
      length += table.length;
      return length - table.length;
    });
    this.#tables = tables;
    this.length = length;
    this.features = features;
    this.fingerprint = digest('concat', ...tables.map((table) => table.fingerprint));
  }

  batch(from: number): number {
    const { table, start } = this.#part(from);
    return table.batch(from - start);
  }

  where(row: number): string {
    const { table, start } = this.#part(row);
    return table.where(row - start);
  }

  async gather(rows: ArrayLike<number>, columns: readonly string[]): Promise<Row[]> {
    const byTable = new Map<number, number[]>();
    for (let i = 0; i < rows.length; i++) {
      const { index } = this.#part(rows[i]!);
      const list = byTable.get(index);
      if (list === undefined) byTable.set(index, [i]);
      else list.push(i);
    }
    const out = new Array<Row>(rows.length);
    for (const [index, list] of byTable) {
      const start = this.#starts[index]!;
      const found = await this.#tables[index]!.gather(
        list.map((i) => rows[i]! - start),
        columns,
      );
      for (const [k, i] of list.entries()) out[i] = found[k]!;
    }
    return out;
  }

  async images(column: string, maxMemory: number): Promise<ImageSource> {
    const sources: ImageSource[] = [];
    for (const table of this.#tables) sources.push(await table.images(column, maxMemory));
    const lengths = this.#tables.map((table) => table.length);
    return (
      joinMemory(sources, lengths, maxMemory) ?? joinRanges(sources, lengths) ?? packTable(this, column, maxMemory)
    );
  }

  cast(features: Features): Table {
    return new ConcatTable(
      this.#tables.map((table) => table.cast?.(features) ?? table),
      features,
    );
  }

  #part(row: number): { table: Table; start: number; index: number } {
    if (!(row >= 0 && row < this.length)) throw new RangeError(`row ${row} of ${this.length}`);
    let index = this.#starts.length - 1;
    while (this.#starts[index]! > row) index--;
    return { table: this.#tables[index]!, start: this.#starts[index]!, index };
  }
}

function joinMemory(sources: readonly ImageSource[], lengths: readonly number[], maxMemory: number) {
  const parts = sources.flatMap((source) => (source.kind === 'memory' ? [source] : []));
  if (parts.length < sources.length) return undefined;
  const segments = [...new Set(parts.flatMap((part) => part.segments))];
  if (segments.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) > maxMemory) return undefined;
  const all = parts.flatMap((part) => part.segments);
  const rows = new Uint32Array(new SharedArrayBuffer(4 * lengths.reduce((sum, length) => sum + length, 0)));
  let at = 0;
  let place = 0;
  for (const [k, part] of parts.entries()) {
    for (let i = 0; i < lengths[k]!; i++) rows[at++] = place + (part.rows?.[i] ?? i);
    place += part.segments.reduce((sum, { offsets }) => sum + offsets.length - 1, 0);
  }
  return { kind: 'memory', segments: all, rows } as const;
}

function joinRanges(sources: readonly ImageSource[], lengths: readonly number[]) {
  const parts = sources.flatMap((source) => (source.kind === 'ranges' ? [source] : []));
  if (parts.length < sources.length) return undefined;
  const count = lengths.reduce((sum, length) => sum + length, 0);
  const file = new Uint32Array(new SharedArrayBuffer(4 * count));
  const offset = new Float64Array(new SharedArrayBuffer(8 * count));
  const length = new Uint32Array(new SharedArrayBuffer(4 * count));
  const files: string[] = [];
  let at = 0;
  for (const part of parts) {
    file.set(
      part.file.map((index) => index + files.length),
      at,
    );
    offset.set(part.offset, at);
    length.set(part.length, at);
    files.push(...part.files);
    at += part.file.length;
  }
  return { kind: 'ranges', files, file, offset, length } as const;
}
