import { didYouMean } from '../utils/index.js';
import type { Feature, Features } from './features.js';

/** Makes a stored value (of parquet, JSON or CSV) the JavaScript value of a feature. Throws an Error that says what is wrong with it. */
export type ValueReader = (stored: unknown) => unknown;

/**
 * The reader for a feature. A missing value is null.
 *
 * | feature | value |
 * |---|---|
 * | image | `Image` |
 * | classLabel | number: 0 … n − 1, or −1 for "no label" as in `datasets`; names in text files become their number |
 * | int8 … int32, float, decimal | number |
 * | int64, uint64 | number, an Error beyond 2^53 − 1; bigint where the caller asked for it |
 * | string, json | string |
 * | binary | Uint8Array |
 * | date, timestamp | Date, milliseconds |
 * | time, duration | number of its units |
 * | sequence, struct | array, object |
 */
export function valueReader(feature: Feature): ValueReader {
  const read = innerReader(feature);
  return (stored) => (stored === null || stored === undefined ? null : read(stored));
}

function innerReader(feature: Feature): ValueReader {
  switch (feature.type) {
    case 'image':
      return readImage;
    case 'classLabel':
      return classLabelReader(feature.names);
    case 'value':
      return scalarReader(feature.dtype, feature.bigint === true);
    case 'sequence':
      return sequenceReader(feature.feature, feature.length);
    case 'struct':
      return structReader(feature.fields);
    case 'unsupported':
      return () => {
        throw new Error(
          `columns of type "${feature.name}" cannot be read yet: leave it out with selectColumns or removeColumns`,
        );
      };
  }
}

function sequenceReader(feature: Feature, length: number | undefined): ValueReader {
  const read = valueReader(feature);
  return (stored) => {
    const list = listOf(stored);
    if (list === undefined) throw new Error(`a list is expected, not ${shown(stored)}`);
    if (length !== undefined && list.length !== length)
      throw new Error(`a list of ${length} is expected, not of ${list.length}`);
    return list.map(read);
  };
}

function structReader(fields: Features): ValueReader {
  const reads = Object.entries(fields).map(([name, field]) => [name, valueReader(field)] as const);
  return (stored) => {
    if (!isRecord(stored)) throw new Error(`a record is expected, not ${shown(stored)}`);
    // A map of parquet: its keys are data, no schema names them.
    if (reads.length === 0) return stored;
    return Object.fromEntries(reads.map(([name, read]) => [name, read(stored[name])]));
  };
}

function readImage(stored: unknown): unknown {
  if (stored instanceof Uint8Array) {
    if (stored.length === 0) throw new Error('the image has no bytes');
    return { bytes: stored, path: null };
  }
  const { bytes, path } = isRecord(stored) ? stored : {};
  if (bytes instanceof Uint8Array && bytes.length > 0) return { bytes, path: typeof path === 'string' ? path : null };
  const other = typeof path === 'string' ? ` (it only names the file "${path}")` : '';
  throw new Error(`the row has no image bytes${other}`);
}

function classLabelReader(names: readonly string[]): ValueReader {
  const numbers = new Map(names.map((name, i) => [name, i]));
  return (stored) => {
    if (typeof stored === 'string') {
      const label = numbers.get(stored) ?? (/^-?\d+$/.test(stored) ? Number(stored) : undefined);
      if (label === undefined) throw new Error(`"${stored}" is no class.${didYouMean(stored, names)}`);
      return inRange(label, names);
    }
    if (typeof stored === 'bigint' || (typeof stored === 'number' && Number.isInteger(stored)))
      return inRange(Number(stored), names);
    throw new Error(`${shown(stored)} is no class label`);
  };
}

function inRange(label: number, names: readonly string[]): number {
  if (label >= -1 && label < names.length) return label;
  throw new Error(`the label is ${label}; the ${names.length} classes are 0 to ${names.length - 1}`);
}

function scalarReader(dtype: string, bigint: boolean): ValueReader {
  if (/^u?int/.test(dtype)) return integerReader(dtype, bigint);
  if (/^(float|decimal)/.test(dtype)) return numberReader;
  if (/^(date|timestamp)/.test(dtype)) return dateReader;
  if (/^(time|duration)/.test(dtype)) return integerReader('int64', false);
  if (/binary$/.test(dtype))
    return (stored) => {
      if (stored instanceof Uint8Array) return stored;
      throw new Error(`bytes are expected, not ${shown(stored)}`);
    };
  if (dtype === 'bool')
    return (stored) => {
      if (typeof stored === 'boolean') return stored;
      throw new Error(`true or false is expected, not ${shown(stored)}`);
    };
  if (dtype === 'null')
    return (stored) => {
      throw new Error(`nothing is expected, not ${shown(stored)}`);
    };
  if (dtype === 'json') return (stored) => (typeof stored === 'string' ? stored : JSON.stringify(stored));
  return (stored) => {
    if (typeof stored === 'string') return stored;
    if (typeof stored === 'number' || typeof stored === 'bigint' || typeof stored === 'boolean') return String(stored);
    throw new Error(`text is expected, not ${shown(stored)}`);
  };
}

function integerReader(dtype: string, bigint: boolean): ValueReader {
  const [low, high] = limits(dtype);
  return (stored) => {
    const value = typeof stored === 'string' && /^[+-]?\d+$/.test(stored.trim()) ? BigInt(stored.trim()) : stored;
    if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isInteger(value)))
      throw new Error(`an integer is expected, not ${shown(stored)}`);
    if (value < low || value > high) throw new Error(`${value} does not fit into ${dtype}`);
    if (typeof value === 'number') {
      if (Number.isSafeInteger(value)) return bigint ? BigInt(value) : value;
      throw new Error(`${value} is beyond 2^53 - 1, and JSON numbers are not exact there: store it as text`);
    }
    if (bigint) return value;
    if (value >= -SAFE && value <= SAFE) return Number(value);
    throw new Error(`${value} is beyond 2^53 - 1: ask for BigInt with columns: { …: bigint() }`);
  };
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function limits(dtype: string): [bigint, bigint] {
  const bits = BigInt(/\d+/.exec(dtype)?.[0] ?? 64);
  return dtype.startsWith('u') ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

function numberReader(stored: unknown): unknown {
  if (typeof stored === 'number') return stored;
  if (typeof stored === 'bigint') return Number(stored);
  const text = typeof stored === 'string' ? stored.trim() : '';
  if (text !== '' && !Number.isNaN(Number(text))) return Number(text);
  if (/^[+-]?(nan|inf(inity)?)$/i.test(text))
    return /nan/i.test(text) ? Number.NaN : text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  throw new Error(`a number is expected, not ${shown(stored)}`);
}

function dateReader(stored: unknown): unknown {
  const date = stored instanceof Date ? stored : typeof stored === 'string' ? new Date(stored) : undefined;
  if (date !== undefined && !Number.isNaN(date.getTime())) return date;
  throw new Error(`a date is expected, not ${shown(stored)}`);
}

function listOf(stored: unknown): unknown[] | undefined {
  if (Array.isArray(stored)) return stored;
  // A list of numbers may come as a typed array.
  if (ArrayBuffer.isView(stored) && 'length' in stored && Symbol.iterator in stored) return Object.values(stored);
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** A value as a message shows it: short. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Date) return `the date ${String(value)}`;
  if (typeof value === 'object' && value !== null) return 'a record';
  return String(value);
}
