import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { didYouMean, messageOf, UserError } from '../../utils/index.js';
import type { Dataset, Row } from '../dataset.js';
import { rowEntries, type SplitEntries, splitEntries } from './entries.js';
import type { Parts } from './parts.js';

/**
 * Reads an index file: a path (or row number) a line; blank lines and lines that begin with `#` do not count. Rows are in the file's order.
 *
 * @throws UserError naming file and line of an entry that does not exist (with the nearest one) or stands there twice.
 */
export async function readSplit(file: string, entries: SplitEntries): Promise<Int32Array> {
  return Int32Array.from((await readLines(file, entries)).keys());
}

/**
 * Reads all index files (`*.txt`) of a folder, by name: `test`, `fold_0_train` ….
 *
 * @throws UserError as `readSplit`; and where a row of `test` is also in another file, or one of a fold's val part in its train part.
 */
export async function readSplits(folder: string, entries: SplitEntries): Promise<Parts> {
  if (!existsSync(folder)) throw new UserError(`There is no folder ${folder} with index files.`);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort(byNumber);
  if (files.length === 0) throw new UserError(`${folder} has no index files (test.txt, fold_0_train.txt …).`);
  const lines = new Map<string, Map<number, number>>();
  for (const file of files) lines.set(file.slice(0, -4), await readLines(join(folder, file), entries));
  for (const [a, b] of apart([...lines.keys()])) checkApart(folder, a, b, lines, entries);
  return Object.fromEntries(Array.from(lines, ([name, rows]) => [name, Int32Array.from(rows.keys())]));
}

/** The rows of an index file as a data set: `applySplit(train, 'splits/fold_0_train.txt')`. */
export async function applySplit<T extends Row>(dataset: Dataset<T>, file: string): Promise<Dataset<T>> {
  return dataset.select(await readSplit(file, await entriesFor(dataset, file)));
}

/** The data sets of all index files of a folder, by name. */
export async function applySplits<T extends Row>(
  dataset: Dataset<T>,
  folder: string,
): Promise<Record<string, Dataset<T>>> {
  const parts = await readSplits(folder, await splitEntries(dataset));
  return Object.fromEntries(Object.entries(parts).map(([name, rows]) => [name, dataset.select(rows)]));
}

/** A file of numbers needs no paths, which would have to be read. */
async function entriesFor<T extends Row>(dataset: Dataset<T>, file: string): Promise<SplitEntries> {
  const numbers = existsSync(file) && (await textLines(file)).every(({ entry }) => /^\d+$/.test(entry));
  return numbers ? rowEntries(dataset.length) : splitEntries(dataset);
}

/** The row of each entry and its line, in the file's order. */
async function readLines(file: string, entries: SplitEntries): Promise<Map<number, number>> {
  const lines = await textLines(file);
  const rows = new Map<number, number>();
  // Row numbers do for any data set; where it has paths, a file is taken as one of numbers only when all its lines are.
  const numbers = rowEntries(entries.length);
  const known =
    entries.kind === 'path' && lines.every(({ entry }) => /^\d+$/.test(entry) && entries.row(entry) === undefined)
      ? numbers
      : entries;
  for (const { entry, line } of lines) {
    const row = known.row(entry);
    if (row === undefined) throw new UserError(`${file}, line ${line}: ${unknown(entry, known)}`);
    const before = rows.get(row);
    if (before !== undefined)
      throw new UserError(`${file}, line ${line}: "${entry}" already stands in line ${before}.`);
    rows.set(row, line);
  }
  return rows;
}

function unknown(entry: string, entries: SplitEntries): string {
  if (entries.kind === 'path') return `the data set has no "${entry}".${didYouMean(entry, entries.names())}`;
  const allowed = entries.length === 0 ? 'it has none' : `they are 0 to ${entries.length - 1}`;
  return `"${entry}" is no row of the data set; ${allowed}.`;
}

async function textLines(file: string): Promise<{ entry: string; line: number }[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`Cannot read the index file ${resolve(file)}: ${messageOf(error)}`);
  }
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line, i) => ({ entry: line.replace(/\r$/, ''), line: i + 1 }))
    .filter(({ entry }) => entry.trim() !== '' && !entry.startsWith('#'));
}

/** Pairs of index files that must not share a row. */
function apart(names: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (const name of names) {
    if (name !== 'test' && names.includes('test')) pairs.push(['test', name]);
    const val = name.endsWith('train') ? name.replace(/train$/, 'val') : '';
    if (names.includes(val)) pairs.push([name, val]);
  }
  return pairs;
}

function checkApart(
  folder: string,
  a: string,
  b: string,
  lines: Map<string, Map<number, number>>,
  entries: SplitEntries,
): void {
  for (const [row, line] of lines.get(b) ?? []) {
    const other = lines.get(a)?.get(row);
    if (other === undefined) continue;
    const [here, there] = [join(folder, `${b}.txt`), join(folder, `${a}.txt`)];
    throw new UserError(`${here}, line ${line}: "${entries.name(row)}" is also in ${there}, line ${other}.`);
  }
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
