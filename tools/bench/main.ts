import { join } from 'node:path';
import { Command } from 'commander';
import { assetsDir, UsageError } from 'common/utils';
import { chooseCases, groups } from './cases.js';
import { compare, linesOf, ownCommand } from './compare.js';
import { type MeasureOptions, measure } from './measure.js';

// Median time of one step: training (forward, backward, Adam), inference, single operators. One JSON line a case; see README.md.

interface Options extends MeasureOptions {
  peer: string[];
  rounds: number;
  scaling?: boolean;
  output: string;
  datasets: string;
}

const program = new Command('bench')
  .description('Times training steps, inference and operators. One JSON line a case; with --peer also ratios.')
  .argument(
    '[case...]',
    `cases, or groups of them: ${Object.keys(groups).join(', ')} (default: train); or data [case...]: loading data; or loop: what the loop of a run costs; or decode: sentences written with a key-value cache`,
  )
  .option('--steps <n>', 'counted steps', Number, 15)
  .option('--warmup <n>', 'steps before, not counted', Number, 3)
  .option('--threads <n>', 'threads of one operator (default: the cores)', Number)
  .option(
    '--peer <command>',
    "another program's command, which is given the case's name and prints the same line: run in turns; may be repeated",
    (command: string, before: string[]) => [...before, command],
    [],
  )
  .option('--rounds <n>', 'with --peer: how often they take turns', Number, 3)
  .option('--details', 'also minimum, processor and JavaScript milliseconds, first step, peak memory, last loss')
  .option('--graph', 'print the optimised graph')
  .option('--profile <prefix>', "write ONNX Runtime's Chrome trace")
  .option('--scaling', 'cost of a step against batch, width, depth and sequence length, beside the operation count')
  .option('--output <file>', 'with --scaling: where the picture goes', join(assetsDir(), 'outputs', 'scaling.png'))
  .option('--datasets <folder>', 'with data: where <owner>/<name> of the data sets lie', join(assetsDir(), 'datasets'))
  .action(async (names: string[], { peer: peers, scaling, output, datasets, ...options }: Options) => {
    if (names[0] === 'loop') return (await import('./loop.js')).benchLoop();
    if (names[0] === 'decode') return (await import('./decode.js')).benchDecode({ peers, rounds: options.rounds });
    if (names[0] === 'data')
      return (await import('./data/compareData.js')).benchData(names.slice(1), {
        datasets,
        peers,
        rounds: options.rounds,
      });
    if (scaling) return (await import('./scaling.js')).measureScaling({ ...options, output });
    const chosen = chooseCases(names);
    if (peers.length > 0) compare(chosen, { ...options, peers });
    else if (chosen.length === 1) measure(chosen[0] ?? '', options);
    else
      for (const name of chosen)
        for (const line of linesOf(ownCommand(name, options))) console.log(JSON.stringify(line));
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
