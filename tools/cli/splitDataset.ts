import { join } from 'node:path';
import {
  createSplits,
  type Dataset,
  datasetSplits,
  findDuplicates,
  formatSplitReport,
  type Key,
  mergeGroups,
  splitEntries,
  splitReport,
  writeSplits,
} from 'common/data';
import { didYouMean, messageOf, shortPath, UsageError, UserError } from 'common/utils';
import { openDataset } from './openDataset.js';
import type { SplitFlags } from './split.js';
import { wholeNumber } from './statsReport.js';

/** Divides the rows of a data set and writes an index file for each part. */
export async function split(id: string, flags: SplitFlags): Promise<void> {
  const { config, revision } = flags;
  const seed = wholeNumber('--seed', flags.seed, 0);
  const folds = flags.folds === undefined ? undefined : wholeNumber('--folds', flags.folds, 2);
  const test = size('--test', flags.test);
  const val = size('--val', flags.val);
  if (folds === undefined && test === undefined && val === undefined)
    throw new UsageError('atelier split: --folds, --test or --val is needed.');
  if (folds !== undefined && val !== undefined)
    throw new UsageError('atelier split: each fold has its own val part; --folds and --val do not go together.');
  const name = flags.split ?? chooseSplit(id, await datasetSplits(id, { config, revision }));
  const dataset = await openDataset(id, { split: name, config, revision });
  const output = flags.output ?? (dataset.folder === undefined ? undefined : join(dataset.folder, 'splits'));
  if (output === undefined)
    throw new UsageError('atelier split: --output is needed for a data set without a folder of its own.');

  const labels = flags.stratify === undefined ? undefined : await valuesOf(dataset, flags.stratify);
  const groups = await groupsOf(dataset, flags);
  const { parts, warnings } = createSplits(dataset.length, { labels, groups, folds, test, val, seed });
  const comment = `${dataset.name}, ${name}, divided by: ${command(flags)}`;
  const files = await writeSplits(output, parts, await splitEntries(dataset), { comment, overwrite: flags.overwrite });

  const classes = await classesOf(dataset, flags.stratify);
  const report = splitReport(parts, classes.labels, classes.names, groups);
  if (flags.json) process.stdout.write(`${JSON.stringify({ ...report, warnings, files }, undefined, 2)}\n`);
  else process.stdout.write(`${formatSplitReport(report)}\nwritten: ${files.length} files in ${shortPath(output)}\n`);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
}

function chooseSplit(id: string, names: readonly string[]): string {
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  if (names.includes('train')) return 'train';
  throw new UsageError(`${id} has the splits ${names.join(', ')}: --split says which one to divide.`);
}

/** A value for each row: labels, groups. Of an image its path. */
async function valuesOf(dataset: Dataset, column: string): Promise<Key[]> {
  const feature = dataset.features[column];
  const names = Object.keys(dataset.features);
  if (feature === undefined)
    throw new UserError(
      `${dataset.name} has no column "${column}".${didYouMean(column, names)} Columns are: ${names.join(', ')}.`,
    );
  const values = feature.type === 'image' ? await dataset.paths(column) : await dataset.column(column);
  return values.map((value, row) => {
    if (
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'bigint' ||
      typeof value === 'boolean'
    )
      return value;
    const what = value === null || value === undefined ? 'no value' : 'no single value';
    throw new UserError(`${dataset.where(row)}: "${column}" has ${what} to divide by.`);
  });
}

async function groupsOf(dataset: Dataset, flags: SplitFlags): Promise<Key[] | undefined> {
  const { group, groupPattern, groupDuplicates } = flags;
  if (group === undefined && groupPattern !== undefined)
    throw new UsageError('atelier split: --group-pattern needs --group, the column whose text it looks at.');
  let groups = group === undefined ? undefined : await valuesOf(dataset, group);
  if (groups !== undefined && groupPattern !== undefined) {
    const pattern = regularExpression(groupPattern);
    groups = groups.map((value, row) => {
      const found = pattern.exec(String(value));
      if (found === null)
        throw new UserError(`${dataset.where(row)}: --group-pattern ${groupPattern} finds nothing in "${value}".`);
      return found[1] ?? found[0];
    });
  }
  if (!groupDuplicates) return groups;
  const { sets } = await findDuplicates({ rows: dataset });
  // Where nothing is double, each row is free to go where the classes need it.
  if (sets.length === 0) return groups;
  const same = sets.map(({ members }) => members.map(({ row }) => row));
  return Array.from(mergeGroups(groups ?? Array.from({ length: dataset.length }, (_, row) => row), same));
}

/** What the report counts: the column that was stratified by, else the only one of class labels, else rows alone. */
async function classesOf(
  dataset: Dataset,
  stratify: string | undefined,
): Promise<{ labels: Int32Array; names: string[] }> {
  const classColumns = Object.keys(dataset.features).filter((name) => dataset.features[name]?.type === 'classLabel');
  const column = stratify ?? (classColumns.length === 1 ? classColumns[0] : undefined);
  if (column === undefined) return { labels: new Int32Array(dataset.length), names: ['(any)'] };
  const feature = dataset.features[column];
  const values = await valuesOf(dataset, column);
  const distinct = [...new Set(values)].sort((a, b) =>
    typeof a === 'string' || typeof b === 'string' ? String(a).localeCompare(String(b), 'en') : Number(a) - Number(b),
  );
  const place = new Map(distinct.map((value, i) => [value, i]));
  const names = distinct.map((value) =>
    feature?.type === 'classLabel' ? (feature.names[Number(value)] ?? String(value)) : String(value),
  );
  return { labels: Int32Array.from(values, (value) => place.get(value) ?? 0), names };
}

/** A fraction of the rows, or their number. */
function size(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && (value < 1 || Number.isInteger(value))) return value;
  throw new UsageError(`${option} ${text}: a fraction such as 0.2, or a number of rows, is needed.`);
}

function regularExpression(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw new UsageError(`--group-pattern ${text}: ${messageOf(error)}`);
  }
}

/** What decides the parts, for the head of the files. */
function command(flags: SplitFlags): string {
  const options = {
    folds: flags.folds,
    test: flags.test,
    val: flags.val,
    stratify: flags.stratify,
    group: flags.group,
    'group-pattern': flags.groupPattern,
  };
  const given = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]));
  return [
    'atelier split',
    ...given,
    ...(flags.groupDuplicates ? ['--group-duplicates'] : []),
    `--seed ${flags.seed}`,
  ].join(' ');
}
