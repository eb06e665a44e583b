import { UserError } from '../../utils/index.js';
import type { Dataset, Row } from '../dataset.js';
import { decodeImage } from '../decode/decodeImage.js';
import type { Feature } from '../features.js';
import { isImage } from '../image.js';
import type { Pixels } from '../pixels.js';
import { ImageCollector, type ImageStats } from './imageStats.js';
import {
  ClassCollector,
  type ClassStats,
  NumberCollector,
  type NumberStats,
  OtherCollector,
  type OtherStats,
  TextCollector,
  type TextStats,
} from './valueStats.js';

export type ColumnStats = ImageStats | ClassStats | TextStats | NumberStats | OtherStats;

/** A row that cannot be used: its image is broken, its label is no class, it cannot be read. */
export interface BrokenRow {
  row: number;
  /** File and row, as in messages. */
  where: string;
  column?: string;
  reason: string;
}

/** What a split holds: plain data. */
export interface DatasetStats {
  name: string;
  config: string | undefined;
  split: string;
  rows: number;
  fingerprint: string;
  columns: Record<string, ColumnStats>;
  /** The first 1,000; `brokenRows` counts all. */
  broken: BrokenRow[];
  brokenRows: number;
}

export interface DatasetStatsOptions {
  /** The number of tokens of a text, to have their lengths as well. */
  countTokens?: (text: string) => number;
  onProgress?: (done: number, total: number) => void;
}

/** Broken rows that are listed. */
const MOST_BROKEN = 1000;

type Decoded = Pixels | UserError;

/** Images decoded at a time, by libvips's threads. */
const AT_ONCE = 16;

/**
 * Reads every row once and decodes every image. Broken rows are listed, not thrown. The result does not depend on the order of decoding:
 * pixels are counted, not summed.
 */
export async function datasetStats(dataset: Dataset, options: DatasetStatsOptions = {}): Promise<DatasetStats> {
  const collectors = Object.entries(dataset.features).map(([name, feature]) => ({
    name,
    ...collectorOf(feature, options),
  }));
  const broken: BrokenRow[] = [];
  let brokenRows = 0;
  let lastBroken = -1;
  const report = (row: number, reason: string, column?: string) => {
    const where = dataset.where(row);
    // The place, and the column, stand beside it.
    const short = reason.replace(`${where}: `, '').replace(`column "${column}": `, '');
    if (broken.length < MOST_BROKEN) broken.push({ row, where, ...(column && { column }), reason: short });
    if (row !== lastBroken) brokenRows++;
    lastBroken = row;
  };
  let batch: ReadRow[] = [];
  const work = async () => {
    const started = batch.map(({ row, values }) =>
      collectors.map(({ name, images }) =>
        images && isImage(values[name]) ? decode(values[name].bytes, dataset.where(row)) : undefined,
      ),
    );
    // Small images are decoded at once: waiting for them would cost more than decoding.
    const waits = started.some((row) => row.some((image) => image instanceof Promise));
    const decoded = waits ? await Promise.all(started.map((row) => Promise.all(row))) : started;
    for (const [i, { row, values, problems }] of batch.entries())
      for (const [c, { name, images, add, fail }] of collectors.entries()) {
        const value = values[name];
        const unread = problems?.get(name);
        if (unread !== undefined) fail?.();
        const problem = unread ?? (images === undefined ? add?.(value) : addImage(images, value, decoded[i]?.[c]));
        if (problem !== undefined) report(row, problem, name);
      }
    const last = batch.at(-1);
    if (last !== undefined) options.onProgress?.(last.row + 1, dataset.length);
    batch = [];
  };
  for await (const read of readAll(dataset)) if (batch.push(read) === AT_ONCE) await work();
  await work();
  return {
    name: dataset.name,
    config: dataset.config,
    split: dataset.splitName,
    rows: dataset.length,
    fingerprint: dataset.fingerprint,
    columns: Object.fromEntries(collectors.map(({ name, result }) => [name, result()])),
    broken,
    brokenRows,
  };
}

interface ReadRow {
  row: number;
  values: Row;
  /** Why a column of this row cannot be read. */
  problems?: ReadonlyMap<string, string>;
}

/** All rows; of one that cannot be read, the columns that can be, and why the others cannot. */
async function* readAll(dataset: Dataset): AsyncGenerator<ReadRow> {
  let row = 0;
  while (row < dataset.length) {
    try {
      for await (const values of dataset.rows(row)) yield { row: row++, values };
      return;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // Rows are read ahead in groups: what failed may be a later one.
      yield await readColumns(dataset, row++);
    }
  }
}

async function readColumns(dataset: Dataset, row: number): Promise<ReadRow> {
  const values: Record<string, unknown> = {};
  const problems = new Map<string, string>();
  for (const column of Object.keys(dataset.features)) {
    try {
      const [found] = await dataset.gather([row], [column]);
      values[column] = found?.[column];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.set(column, error.message);
    }
  }
  return { row, values, problems };
}

interface Collector {
  images?: ImageCollector;
  add?: (value: unknown) => string | undefined;
  /** Counts a value that cannot be read. */
  fail?: () => void;
  result: () => ColumnStats;
}

function collectorOf(feature: Feature, { countTokens }: DatasetStatsOptions): Collector {
  if (feature.type === 'image') {
    const images = new ImageCollector();
    return { images, fail: () => images.addUnreadable(), result: () => images.result() };
  }
  if (feature.type === 'classLabel') {
    const classes = new ClassCollector(feature.names);
    return { add: (label) => classes.add(label), fail: () => classes.addInvalid(), result: () => classes.result() };
  }
  const collector =
    feature.type !== 'value'
      ? new OtherCollector()
      : /string|json/.test(feature.dtype)
        ? new TextCollector(countTokens)
        : /^(u?int|float|decimal|bool)/.test(feature.dtype)
          ? new NumberCollector()
          : new OtherCollector();
  return { add: (value) => collector.add(value), result: () => collector.result() };
}

function decode(bytes: Uint8Array, where: string): Decoded | Promise<Decoded> {
  try {
    const image = decodeImage(bytes, where);
    return image instanceof Promise ? image.catch(expected) : image;
  } catch (error) {
    return expected(error);
  }
}

function expected(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}

function addImage(
  images: ImageCollector,
  value: unknown,
  image: Decoded | Promise<Decoded> | undefined,
): string | undefined {
  if (!isImage(value) || image === undefined || image instanceof Promise) {
    images.missing++;
    return undefined;
  }
  const failed = image instanceof UserError;
  images.add(value.bytes, failed ? undefined : image);
  return failed ? image.message : undefined;
}
