import { UserError } from '../../utils/index.js';
import type { Dataset } from '../dataset.js';

/** How index files name the rows of a data set: by the image's path where each row has one of its own, else by the row's number. */
export interface SplitEntries {
  readonly kind: 'path' | 'row';
  readonly length: number;
  /** What stands in an index file for a row. */
  name(row: number): string;
  /** The row of an entry; undefined where there is none. */
  row(entry: string): number | undefined;
  /** All entries that there are, to find the nearest. */
  names(): Iterable<string>;
}

/**
 * The entries of a data set. Paths are relative to its folder, with `/`. The image column need not be named where there is one only.
 *
 * @throws UserError for a column that does not exist or holds no images.
 */
export async function splitEntries(dataset: Dataset, column?: string): Promise<SplitEntries> {
  const name = column ?? Object.keys(dataset.features).find((key) => dataset.features[key]?.type === 'image');
  if (name === undefined) return rowEntries(dataset.length);
  const feature = dataset.features[name];
  if (feature?.type !== 'image')
    throw new UserError(
      `${dataset.name} has no image column "${name}"; its columns are ${Object.keys(dataset.features).join(', ')}.`,
    );
  const paths: string[] = [];
  for (const path of await dataset.paths(name)) {
    // One row without a path, and numbers must do for all.
    if (path === null) return rowEntries(dataset.length);
    paths.push(path);
  }
  return pathEntries(paths) ?? rowEntries(dataset.length);
}

/** Entries that are row numbers from 0. */
export function rowEntries(length: number): SplitEntries {
  return {
    kind: 'row',
    length,
    name: String,
    row: (entry) => (/^\d+$/.test(entry) && Number(entry) < length ? Number(entry) : undefined),
    names: () => [],
  };
}

/** Entries that are paths, one for each row; undefined where two rows have the same. Numbers are understood as rows as well. */
export function pathEntries(paths: readonly string[]): SplitEntries | undefined {
  const rows = new Map(paths.map((path, row) => [path, row]));
  if (rows.size !== paths.length) return undefined;
  return {
    kind: 'path',
    length: paths.length,
    name(row) {
      const path = paths[row];
      if (path === undefined) throw new RangeError(`row ${row} of ${paths.length}`);
      return path;
    },
    row: (entry) => rows.get(entry) ?? rows.get(plain(entry)),
    names: () => paths,
  };
}

/** A path as people and other systems also write it: spaces around it, `./` before it, `\` for `/`. */
function plain(path: string): string {
  return path
    .trim()
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '');
}
