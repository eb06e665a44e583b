import type { Feature, Features } from '../features.js';

/** The SQL type of a column in DuckDB; undefined for what cannot be a column. */
export function sqlType(feature: Feature): string | undefined {
  switch (feature.type) {
    case 'image':
      return 'STRUCT(bytes BLOB, path VARCHAR)';
    case 'classLabel':
      return 'BIGINT';
    case 'sequence': {
      const element = sqlType(feature.feature);
      return element && `${element}[]`;
    }
    case 'struct':
      return structType(feature.fields);
    case 'value':
      return valueType(feature.dtype);
    case 'unsupported':
      return undefined;
  }
}

function structType(fields: Features): string | undefined {
  const parts = Object.entries(fields).map(([name, feature]) => [quoteName(name), sqlType(feature)] as const);
  if (parts.length === 0 || parts.some(([, type]) => type === undefined)) return undefined;
  return `STRUCT(${parts.map((part) => part.join(' ')).join(', ')})`;
}

function valueType(dtype: string): string {
  const known: Readonly<Record<string, string>> = {
    bool: 'BOOLEAN',
    uint64: 'UBIGINT',
    date32: 'DATE',
    binary: 'BLOB',
    large_binary: 'BLOB',
  };
  if (known[dtype] !== undefined) return known[dtype];
  if (/^u?int/.test(dtype)) return 'BIGINT';
  if (/^(float|decimal)/.test(dtype)) return 'DOUBLE';
  return /^(date64|timestamp)/.test(dtype) ? 'TIMESTAMP' : 'VARCHAR';
}

/** A name for SQL: quoted, so that no name is anything else. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text for SQL. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A row's value as DuckDB's client takes it for the column's type: fields in their order, numbers for numbers, Date for dates, text for
 * all that has no type of its own.
 */
export function toSql(value: unknown, feature: Feature): unknown {
  if (value === null || value === undefined) return null;
  if (feature.type === 'image') {
    const { bytes, path } = value as { bytes: Uint8Array; path: string | null };
    return { bytes, path };
  }
  if (feature.type === 'sequence') return Array.from(value as ArrayLike<unknown>, (one) => toSql(one, feature.feature));
  if (feature.type === 'struct') {
    const fields = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      Object.entries(feature.fields).map(([name, field]) => [name, toSql(fields[name], field)]),
    );
  }
  const type = sqlType(feature);
  if (type === 'DOUBLE') return Number(value);
  if (type !== 'VARCHAR' || typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
