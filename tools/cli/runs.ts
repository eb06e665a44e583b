import type { Command } from 'commander';

export interface RunsFlags {
  filter?: string[];
  sort?: string;
  columns?: string;
  plot?: string;
  metrics?: string;
  json?: true;
}

/** `atelier runs [paper]`: what was trained, and how well. */
export function addRunsCommand(program: Command): void {
  program
    .command('runs')
    .description('list the runs of all papers or of one: state, epochs, best metric, what differs from the defaults')
    .argument('[paper]', "a paper's name; all by default")
    .option('--filter <conditions...>', "such as 'val_accuracy>0.9' or 'state=finished,optimizer.name=adamw'")
    .option('--sort <name>', 'by a column, a metric or a key of the config; -name descends (date)')
    .option('--columns <names>', 'which, with commas: columns, metrics, keys of the config')
    .option('--plot <file>', 'draw the learning curves of these runs into a PNG file')
    .option('--metrics <names>', 'what the plot shows, with commas (the monitored metric and val_loss)')
    .option('--json', 'for programs')
    .action(async (paper: string | undefined, flags: RunsFlags) => (await import('./listRuns.js')).runs(paper, flags));
}
