import type { DownloadProgress } from '../hub/index.js';
import { UserError } from '../utils/index.js';
import type { Dataset, StreamingDataset } from './dataset.js';
import type { Columns } from './features.js';
import { type LocateOptions, locate } from './locate.js';
import { openSplit, type ReadOptions } from './openSplit.js';
import { type PlanOptions, planSplits } from './plan.js';
import { parseSplit, partRange, type SplitPart } from './splitSpec.js';
import type { Row, Table } from './table.js';
import { TableDataset } from './tableDataset.js';
import { concatTables } from './tables/concat.js';
import { selectTable } from './tables/select.js';

export interface LoadOptions<T extends Row> extends ReadOptions {
  /** `train`, `train[:10%]`, `train[100:200]`, `train[-5%:]`, `train+test`, `all`; `train` by default. */
  split?: string;
  /** A subset of the data set, as its card names it. */
  config?: string;
  /** Branch, tag or commit of the Hub; what is here, or `main`, by default. */
  revision?: string;
  /**
   * The columns that are used: `{ image: image(), label: classLabel() }`. They give the type of a row, are compared with the real ones now,
   * and a missing value in one is an error that names its row (`optional(…)` allows it). All columns by default.
   */
  columns?: Columns<T>;
  /** Globs inside the data set that say which files are meant: of `train`, or by split. By default the card and the files' names say it. */
  dataFiles?: PlanOptions['dataFiles'];
  onProgress?: (progress: DownloadProgress) => void;
  /** The Hub's address and an access token; HF_ENDPOINT and HF_TOKEN by default. */
  endpoint?: string;
  token?: string;
  signal?: AbortSignal;
}

/**
 * Opens a split of a data set: a folder, a file, a paper's `data` link, or the id of a data set of the Hugging Face Hub (`ylecun/mnist`),
 * which is downloaded to assets/datasets where it is not there, the files of the split only. With `streaming` nothing is downloaded:
 * rows come over the network as they are needed.
 *
 * Formats: parquet, JSON lines, JSON, CSV, TSV, text (a row a line), folders of images; what the repository's card says about configs, splits
 * and features; split names from file names as Python's `datasets`.
 *
 * `loadDataset<{ image: Image; label: number }>(…)` states the rows' type; with `columns` it is also checked against the real schema.
 *
 * @throws UserError for a missing set, config, split or column, and for files that are cut, corrupt or disagree.
 */
export function loadDataset<T extends Row = Row>(
  idOrPath: string,
  options: LoadOptions<T> & { streaming: true },
): Promise<StreamingDataset<T>>;
export function loadDataset<T extends Row = Row>(
  idOrPath: string,
  options?: LoadOptions<T> & { streaming?: false },
): Promise<Dataset<T>>;
export async function loadDataset<T extends Row = Row>(
  idOrPath: string,
  options: LoadOptions<T> & { streaming?: boolean } = {},
): Promise<Dataset<T> | StreamingDataset<T>> {
  const { split: splitName = 'train', columns, streaming = false } = options;
  const wanted = splitName === 'all' ? undefined : parseSplit(splitName);
  const { config, dataFiles } = options;
  const listing = await locate(idOrPath, locateOptions(options, wanted));
  const plan = planSplits(listing, { config, dataFiles });
  const parts = wanted ?? plan.splits.map(whole);
  for (const part of parts) plan.check(part.split);
  const { name, folder } = listing;
  const info = { name, config: plan.config, splitName, folder };
  if (streaming) {
    const { openStream } = await import('./streaming/openStream.js');
    const stream = await openStream<T>(plan, parts, info, options);
    return columns === undefined ? stream : stream.typed<T>(columns);
  }
  const tables = new Map<string, Table>();
  for (const { split } of parts) if (!tables.has(split)) tables.set(split, await openSplit(plan, split, options));
  const table = concatTables(parts.map((part) => slice(tables.get(part.split)!, part)));
  const dataset = new TableDataset<T>(table, info);
  return columns === undefined ? dataset : dataset.typed<T>(columns);
}

/** The names of a data set's splits, in the order of its card or train, validation, test. Nothing is downloaded. */
export async function datasetSplits(
  idOrPath: string,
  options: Pick<LoadOptions<Row>, 'config' | 'dataFiles' | 'revision' | 'endpoint' | 'token' | 'signal'> = {},
): Promise<string[]> {
  const { config, dataFiles } = options;
  const listing = await locate(idOrPath, { ...options, streaming: true });
  return [...planSplits(listing, { config, dataFiles }).splits];
}

function locateOptions<T extends Row>(
  options: LoadOptions<T> & { streaming?: boolean },
  wanted: readonly SplitPart[] | undefined,
): LocateOptions {
  const { config, revision, streaming, onProgress, endpoint, token, signal, dataFiles } = options;
  // Which files `dataFiles` means is told by the listing: the whole set must be there.
  const splits = dataFiles === undefined ? wanted?.map(({ split }) => split) : undefined;
  return { config, splits: splits && [...new Set(splits)], revision, streaming, onProgress, endpoint, token, signal };
}

function whole(split: string): SplitPart {
  return { split, from: undefined, to: undefined, unit: 'rows', rounding: 'closest' };
}

function slice(table: Table, part: SplitPart): Table {
  if (part.from === undefined && part.to === undefined) return table;
  const [from, to] = partRange(part, table.length);
  if (from >= to)
    throw new UserError(`The split "${part.split}" has ${table.length} rows: rows ${from} to ${to} of it are none.`);
  const rows = Uint32Array.from({ length: to - from }, (_, i) => from + i);
  return selectTable(table, rows, `${from}:${to}`);
}
