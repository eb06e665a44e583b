import { join } from 'node:path';
import {
  contactSheet,
  type Dataset,
  type DatasetStats,
  type Duplicates,
  datasetSplits,
  datasetStats,
  findDuplicates,
  formatDuplicates,
  formatStats,
  meanStdOf,
  writeMeanStd,
} from 'common/data';
import { assetsDir, messageOf, shortPath, UsageError, UserError, writeFileAtomic } from 'common/utils';
import { openDataset } from './openDataset.js';
import type { StatsFlags } from './stats.js';
import { StatusLine } from './statusLine.js';

/** Prints the statistics of a data set's splits and writes mean_std.json and contact sheets. @returns the exit code: 1 where rows are broken. */
export async function stats(id: string, flags: StatsFlags): Promise<number> {
  const perClass = wholeNumber('--per-class', flags.perClass, 1);
  const seed = wholeNumber('--seed', flags.seed, 0);
  const near = flags.near === undefined ? undefined : wholeNumber('--near', flags.near === true ? '6' : flags.near, 0);
  const { config, revision } = flags;
  const countTokens = flags.tokenizer === undefined ? undefined : await tokenCounter(flags.tokenizer);
  const names = flags.split ?? (await datasetSplits(id, { config, revision }));
  const status = new StatusLine();
  const sets: Record<string, Dataset> = {};
  for (const split of names) sets[split] = await openDataset(id, { split, config, revision });

  const reports: DatasetStats[] = [];
  const files: string[] = [];
  try {
    for (const [split, dataset] of Object.entries(sets)) {
      const report = await datasetStats(dataset, { countTokens, onProgress: progress(status, split) });
      status.clear();
      reports.push(report);
      if (!flags.json) process.stdout.write(`${formatStats(report)}\n`);
      if (flags.sheet && hasImages(report))
        files.push(await writeSheet(dataset, split, flags.output, { perClass, seed }));
    }
    files.push(...(await writeMean(reports, sets, flags.split === undefined, flags.output)));
    const wanted = flags.duplicates || near !== undefined;
    const duplicates = wanted
      ? await findDuplicates(sets, { near, onProgress: progress(status, 'duplicates') })
      : undefined;
    status.clear();
    print(reports, duplicates, files, flags);
  } finally {
    status.clear();
  }
  const broken = reports.reduce((sum, { brokenRows }) => sum + brokenRows, 0);
  return broken > 0 && !flags.allowBroken ? 1 : 0;
}

function print(reports: DatasetStats[], duplicates: Duplicates | undefined, files: string[], flags: StatsFlags): void {
  if (flags.json) {
    process.stdout.write(
      `${JSON.stringify({ splits: reports, ...(duplicates && { duplicates }), files }, undefined, 2)}\n`,
    );
    return;
  }
  if (duplicates !== undefined) process.stdout.write(`${formatDuplicates(duplicates)}\n`);
  for (const file of files) process.stdout.write(`written: ${shortPath(file)}\n`);
}

/**
 * mean_std.json of the train split: those of a test split, or of a part, are nothing to normalise with. A data set with one split has no
 * other; and who names a folder and one split means that one.
 */
async function writeMean(
  reports: readonly DatasetStats[],
  sets: Readonly<Record<string, Dataset>>,
  isOnly: boolean,
  output?: string,
): Promise<string[]> {
  const single = reports.length === 1 && (isOnly || output !== undefined) ? reports[0] : undefined;
  const report = reports.find(({ split }) => split === 'train') ?? single;
  const values = report && meanStdOf(report);
  if (report === undefined || values === undefined) return [];
  const folder = output ?? sets[report.split]?.folder;
  return folder === undefined ? [] : [await writeMeanStd(folder, values)];
}

async function writeSheet(
  dataset: Dataset,
  split: string,
  output: string | undefined,
  options: { perClass: number; seed: number },
): Promise<string> {
  // Not into the data set's folder: there it would be one image more.
  const folder = output ?? join(assetsDir(), 'outputs', 'stats', ...dataset.name.split('/'));
  const path = join(folder, `contact_sheet_${split.replaceAll(/[^\w.-]+/g, '_').replace(/_$/, '')}.png`);
  const png = await contactSheet(dataset, options);
  try {
    await writeFileAtomic(path, png);
  } catch (error) {
    throw new UserError(`Cannot write ${path}: ${messageOf(error)}`);
  }
  return path;
}

async function tokenCounter(file: string): Promise<(text: string) => number> {
  const { loadTokenizer } = await import('common/data');
  const tokenizer = await loadTokenizer(file);
  return (text) => tokenizer.encodeIds(text).length;
}

function hasImages({ columns }: DatasetStats): boolean {
  return Object.values(columns).some((column) => column.type === 'image' && column.count > column.broken);
}

function progress(status: StatusLine, what: string): (done: number, total: number) => void {
  return (done, total) =>
    status.show(`${what}: ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} rows`);
}

/** @throws UsageError for what is no whole number of at least `least`. */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least) return value;
  throw new UsageError(`${option} ${text}: a whole number of ${least} or more is needed.`);
}
