import type { Command } from 'commander';

export interface LrFindFlags {
  start?: string;
  end?: string;
  steps?: string;
  beta?: string;
  divergence?: string;
  loss?: string;
  json?: true;
}

/** `atelier lr-find <paper>`: which learning rate to take. */
export function addLrFindCommand(program: Command): void {
  program
    .command('lr-find')
    .description('train for a sweep of growing learning rates, draw the losses and say which one to take')
    .argument('<paper>', 'a folder with a train.ts, or its name under papers/')
    .argument('[overrides...]', 'key=value, as for train; --output <folder>')
    .option('--start <lr>', 'the first learning rate (1e-7)')
    .option('--end <lr>', 'the last one (10)')
    .option('--steps <n>', 'from the first to the last (100)')
    .option('--beta <share>', 'how much of the smoothed loss stays at each step (0.98)')
    .option('--divergence <factor>', 'stop where the loss is so many times its least value (4)')
    .option('--loss <name>', "the loss among the values of the paper's step (loss)")
    .option('--json', 'the result for programs')
    .allowUnknownOption()
    .action(async (paper: string, overrides: string[], flags: LrFindFlags) => {
      await (await import('./findLearningRate.js')).printLearningRate(paper, overrides, flags);
      process.exit(); // the paper's loaders have threads
    });
}
