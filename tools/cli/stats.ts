import type { Command } from 'commander';

export interface StatsFlags {
  split?: string[];
  config?: string;
  revision?: string;
  duplicates?: true;
  near?: string | true;
  tokenizer?: string;
  output?: string;
  sheet: boolean;
  seed: string;
  perClass: string;
  json?: true;
  allowBroken?: true;
}

/** `atelier stats <dataset>`: what a data set holds, and whether all of it can be used. */
export function addStatsCommand(program: Command): void {
  program
    .command('stats')
    .description(
      'counts, sizes, mean and std per channel, class balance, broken rows and a contact sheet of a data set',
    )
    .argument('<dataset>', "a data set's id, folder or file, or a paper's data link")
    .option('--split <splits...>', "the splits to read, such as train test or 'train[:10%]'; all by default")
    .option('--config <name>', 'where the data set has several')
    .option('--revision <name>', 'branch, tag or commit, where it is fetched')
    .option('--duplicates', 'find rows with the same content within and across the splits')
    .option('--near [bits]', 'with it also pictures that look alike: at most so many bits of 128 differ (6)')
    .option('--tokenizer <file>', 'a tokenizer.json: lengths of texts in tokens as well')
    .option(
      '--output <folder>',
      "for mean_std.json and the contact sheets; by default the data set's folder and assets/outputs/stats",
    )
    .option('--no-sheet', 'no contact sheets')
    .option('--per-class <n>', 'images of each class on the contact sheet', '8')
    .option('--seed <n>', 'of the contact sheet', '0')
    .option('--allow-broken', 'exit code 0 although rows are broken')
    .option('--json', 'for programs')
    .action(async (dataset: string, flags: StatsFlags) => {
      process.exitCode = await (await import('./statsReport.js')).stats(dataset, flags);
    });
}
