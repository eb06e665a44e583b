import { messageOf, UserError } from '../../utils/index.js';
import { noColumn } from '../describeFeature.js';
import type { Feature, Features } from '../features.js';
import { digest } from '../identity.js';
import type { ImageSource } from '../image.js';
import { inferFeature } from '../inferFeatures.js';
import type { Row, Table } from '../table.js';
import { valueReader } from '../valueReader.js';
import { packTable } from './packTable.js';

/** Rows that are in memory already. Features that are not given are told from all rows. */
export class MemoryTable implements Table {
  readonly features: Features;
  readonly fingerprint: string;
  readonly length: number;
  readonly #rows: readonly Row[];
  readonly #name: string;

  constructor(rows: readonly Row[], name: string, features: Features = inferRows(rows)) {
    this.features = features;
    this.length = rows.length;
    this.fingerprint = digest(name, features, rows.map(printable));
    this.#rows = rows;
    this.#name = name;
  }

  batch(): number {
    return 1000;
  }

  where(row: number): string {
    return `${this.#name}, row ${row}`;
  }

  async gather(rows: ArrayLike<number>, columns: readonly string[]): Promise<Row[]> {
    const reads = columns.map((name) => {
      const feature = this.features[name];
      if (feature === undefined) throw new UserError(noColumn(name, this.features));
      return [name, valueReader(feature)] as const;
    });
    return Array.from(rows, (row) => {
      const values = this.#rows[row];
      if (values === undefined) throw new RangeError(`row ${row} of ${this.length}`);
      return Object.fromEntries(
        reads.map(([name, read]) => {
          try {
            return [name, read(values[name])];
          } catch (error) {
            throw new UserError(`${this.where(row)}: column "${name}": ${messageOf(error)}.`);
          }
        }),
      );
    });
  }

  images(column: string, maxMemory: number): Promise<ImageSource> {
    return packTable(this, column, maxMemory);
  }
}

function inferRows(rows: readonly Row[]): Features {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const features: Record<string, Feature> = {};
  for (const name of names) {
    try {
      features[name] = inferFeature(
        rows.map((row) => row[name]),
        name,
      );
    } catch (error) {
      throw new UserError(`${messageOf(error)}.`);
    }
  }
  return features;
}

function printable(row: Row): unknown {
  return Object.entries(row).map(([name, value]) => [name, text(value)]);
}

function text(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(text);
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) return printable({ ...value });
  return value;
}
