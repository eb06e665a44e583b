import type { DuckDBConnection, DuckDBResultReader } from '@duckdb/node-api';
import type { DataFrame } from 'danfojs-node';
import { didYouMean, messageOf, UserError } from '../../utils/index.js';
import type { Dataset, Row } from '../dataset.js';
import { type ColumnValues, makeDataFrame } from './dataFrame.js';
import { appendRows, readableFiles, readerOf } from './duckTable.js';
import { quoteName, quoteText, sqlType } from './duckTypes.js';

/**
 * The result of a SQL query (DuckDB's dialect) in which the rows are the table `data`, also called `self` and by the split's name. Class
 * labels are numbers; `<column>_names` is a table of `label` and `name` to join them with. Images are `{ bytes, path }`.
 *
 * Integers come as numbers; a column in which one lies beyond 2^53 − 1 comes as BigInt. Dates come as Date.
 *
 * The query reads: it cannot write, change settings, load extensions, or open any other file or address.
 *
 * @throws UserError with DuckDB's message, the tables and the columns there are.
 */
export async function query(dataset: Dataset, sql: string): Promise<Row[]> {
  const columns = await queryColumns(dataset, sql);
  const names = [...columns.keys()];
  const values = [...columns.values()];
  return Array.from({ length: values[0]?.length ?? 0 }, (_, row) =>
    Object.fromEntries(names.map((name, i) => [name, values[i]?.[row]])),
  );
}

/** The same as a danfo.js DataFrame. */
export async function queryDataFrame(dataset: Dataset, sql: string): Promise<DataFrame> {
  return makeDataFrame(await queryColumns(dataset, sql));
}

async function queryColumns(dataset: Dataset, sql: string): Promise<ColumnValues> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const threads = process.env.ATELIER_THREADS;
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(threads !== undefined && { threads }),
  });
  const connection = await instance.connect();
  try {
    const files = readableFiles(dataset);
    await close(connection, files?.paths ?? []);
    if (files === undefined) await appendRows(connection, 'data', dataset, neededColumns(dataset, sql));
    else await connection.run(`CREATE VIEW data AS ${await readerOf(files, dataset)}`);
    await addNames(connection, dataset);
    return await read(connection, dataset, sql);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Nothing but these files can be opened from here on, and no setting changed. */
async function close(connection: DuckDBConnection, paths: readonly string[]): Promise<void> {
  await connection.run(`SET allowed_paths = [${paths.map(quoteText).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

/** The other names of the table, and the names of the classes. */
async function addNames(connection: DuckDBConnection, dataset: Dataset): Promise<void> {
  for (const name of tableNames(dataset).slice(1))
    await connection.run(`CREATE VIEW IF NOT EXISTS ${quoteName(name)} AS FROM data`);
  for (const [name, feature] of Object.entries(dataset.features)) {
    if (feature.type !== 'classLabel' || feature.names.length === 0) continue;
    const values = feature.names.map((text, label) => `(${label}, ${quoteText(text)})`).join(', ');
    await connection.run(
      `CREATE VIEW IF NOT EXISTS ${quoteName(`${name}_names`)} AS FROM (VALUES ${values}) AS names(label, name)`,
    );
  }
}

/** `data`, `self`, and the split as it was asked for. */
function tableNames({ splitName }: Dataset): string[] {
  return [...new Set(['data', 'self', splitName])];
}

/** Where rows must be copied: the columns that the query mentions, or all for a `*` that is not `count(*)`. */
function neededColumns(dataset: Dataset, sql: string): string[] {
  const columns = Object.keys(dataset.features).filter((name) => sqlType(dataset.features[name]!) !== undefined);
  const text = sql.toLowerCase();
  const all = /\*|\bsummarize\b|\bdescribe\b|^\s*from\b|\bcolumns\b/.test(text.replace(/count\s*\(\s*\*\s*\)/g, ''));
  const some = all ? columns : columns.filter((name) => text.includes(name.toLowerCase().replaceAll('"', '""')));
  // A table needs a column: the cheapest does where only rows are counted.
  const cheapest = columns.find((name) => dataset.features[name]?.type !== 'image') ?? columns[0];
  return some.length > 0 || cheapest === undefined ? some : [cheapest];
}

async function read(connection: DuckDBConnection, dataset: Dataset, sql: string): Promise<ColumnValues> {
  const { StatementType } = await import('@duckdb/node-api');
  if (sql.trim() === '') throw new UserError('The query is empty.');
  let reader: DuckDBResultReader;
  try {
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1) throw new UserError(`One query is expected; there are ${statements.count}.`);
    const statement = await statements.prepare(0);
    let type = statement.statementType;
    if (type === StatementType.EXPLAIN) {
      // EXPLAIN ANALYZE carries out what it explains.
      const explained = await connection.extractStatements(sql.replace(/^\s*explain(\s+analyze)?\s/i, ''));
      type = (await explained.prepare(0)).statementType;
    }
    if (type !== StatementType.SELECT)
      throw new UserError(`A query reads (SELECT, FROM, WITH, DESCRIBE, SUMMARIZE); this is ${StatementType[type]}.`);
    reader = await statement.runAndReadAll();
  } catch (error) {
    throw explain(error, dataset);
  }
  const names = reader.deduplicatedColumnNames();
  const values = reader.getColumnsJS();
  return new Map(names.map((name, i) => [name, toNumbers(values[i] ?? [])]));
}

/** DuckDB's message in one sentence, with the names that there are. */
function explain(error: unknown, dataset: Dataset): UserError {
  const [first = '', ...rest] = messageOf(error).replace('Failed to extract statements: ', '').split(/\r?\n/);
  const marked = rest.findIndex((line) => line.startsWith('LINE '));
  const place = marked < 0 ? '' : `\n${rest.slice(marked, marked + 2).join('\n')}`;
  const columns = Object.keys(dataset.features);
  const column = /column "([^"]*)" not found/i.exec(first)?.[1];
  const table = /Table with name (.*) does not exist/i.exec(first)?.[1];
  let message = error instanceof UserError ? first : first.replace(/^[A-Z][A-Za-z ]* Error: /, '');
  if (column !== undefined) message = `There is no column "${column}".${didYouMean(column, columns)}`;
  if (table !== undefined) message = `There is no table "${table}".${didYouMean(table, tableNames(dataset))}`;
  if (/^Permission Error/.test(first)) message = `A query reads ${dataset.name} only: ${message}`;
  const names = tableNames(dataset).join(', ');
  return new UserError(`The query failed. ${message}${place}\nTables: ${names}. Columns: ${columns.join(', ')}.`);
}

/** BigInt becomes number, within lists and records too, unless one value of the column would lose digits. */
function toNumbers(values: readonly unknown[]): readonly unknown[] {
  return values.every(fits) ? values.map(convert) : values;
}

function fits(value: unknown): boolean {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value));
  return isNested(value) ? Object.values(value).every(fits) : true;
}

function convert(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(convert);
  if (!isNested(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, convert(inner)]));
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof Uint8Array);
}
