import type { Command } from 'commander';

export interface SplitFlags {
  folds?: string;
  test?: string;
  val?: string;
  stratify?: string;
  group?: string;
  groupPattern?: string;
  groupDuplicates?: true;
  seed: string;
  split?: string;
  config?: string;
  revision?: string;
  output?: string;
  overwrite?: true;
  json?: true;
}

/** `atelier split <dataset>`: index files of folds that share one test set. */
export function addSplitCommand(program: Command): void {
  program
    .command('split')
    .description('write index files (test.txt, fold_0_train.txt, fold_0_val.txt …) of a data set')
    .argument('<dataset>', "a data set's id, folder or file, or a paper's data link")
    .option('--folds <k>', 'k folds, each with a train and a val part')
    .option('--test <size>', 'hold out a test set first, which all folds share: a fraction or a number of rows')
    .option('--val <size>', 'without folds: a fraction or a number of rows for val')
    .option('--stratify <column>', 'each part gets its share of each value of this column')
    .option(
      '--group <column>',
      'rows with the same value of this column (patient, scene …) stay together; of an image its path',
    )
    .option(
      '--group-pattern <regex>',
      "the group is what this finds in the column's text, or its first (…): '^patient(\\d+)'",
    )
    .option('--group-duplicates', 'rows with the same content stay together')
    .option('--seed <n>', 'the same seed gives the same parts', '0')
    .option('--split <name>', 'the rows to divide; by default train, or the only split')
    .option('--config <name>', 'where the data set has several')
    .option('--revision <name>', 'branch, tag or commit, where it is fetched')
    .option('--output <folder>', "by default splits/ in the data set's folder")
    .option('--overwrite', 'replace other index files there')
    .option('--json', 'the report for programs')
    .action(async (dataset: string, flags: SplitFlags) => (await import('./splitDataset.js')).split(dataset, flags));
}
