import { Command, CommanderError } from 'commander';
import { addAssetsCommand } from './assets.js';
import { addAverageCommand } from './average.js';
import { addBoardCommand } from './board.js';
import { addCompletionCommand } from './completion.js';
import { addDiffCommand } from './diff.js';
import { addDownloadCommand } from './download.js';
import { exitCodeOf, printError } from './errors.js';
import type { ExportFlags } from './export.js';
import { addKernelCommand } from './kernel.js';
import { addLinkCommand } from './link.js';
import { addLrFindCommand } from './lrFind.js';
import { addNewCommand } from './new.js';
import { addNotebookCommand } from './notebook.js';
import { addRunsCommand } from './runs.js';
import { addSplitCommand } from './split.js';
import { addStatsCommand } from './stats.js';

// Each command loads what it needs when it is run, so that --help answers at once.
const program = new Command('atelier')
  .description('Train, evaluate and ship the models of papers/.')
  .version('0.1.0')
  .enablePositionalOptions()
  .exitOverride();

program
  .command('train')
  .description("train a paper's model; its own options come after the paper: train <paper> --help")
  .argument('<paper>', 'a folder with a train.ts, or its name under papers/')
  .argument('[arguments...]', 'key=value overrides, --resume <run>, --output <folder>')
  .passThroughOptions()
  .allowUnknownOption()
  .action(async (paper: string, rest: string[]) => (await import('./train.js')).train(paper, rest));

program
  .command('evaluate')
  .description("test a run's best weights again, with the evaluate.ts of its paper")
  .argument('<run>', "a run's folder or name")
  .action(async (run: string) => (await import('./evaluate.js')).evaluate(run));

program
  .command('predict')
  .description('class and probability of images')
  .argument('<run>', "a run's folder or name, or a model.onnx")
  .argument('<images...>', 'PNG, JPEG or other image files')
  .option('--top <n>', 'how many classes an image', '3')
  .action(async (run: string, images: string[], { top }: { top: string }) =>
    (await import('./predict.js')).predict(run, images, top),
  );

program
  .command('export')
  .description("write a run's best weights as an ONNX file")
  .argument('<run>', "a run's folder or name")
  .requiredOption('--to <file>', 'where to write')
  .option('--portable', "only operators of the ONNX standard, none of ONNX Runtime's own")
  .option('--validate', 'compare with the checkpoint on real samples of the test split')
  .option('--benchmark', 'time batches of 1 to 64')
  .option('--opset <n>', "version of ONNX's operators, 13 to 26 (default 20)")
  .action(async (run: string, flags: ExportFlags) => (await import('./export.js')).exportRun(run, flags));

addAverageCommand(program);
addBoardCommand(program);
addDiffCommand(program);
addLrFindCommand(program);
addRunsCommand(program);
addDownloadCommand(program);
addAssetsCommand(program);
addLinkCommand(program);
addKernelCommand(program);
addNotebookCommand(program);
addNewCommand(program);
addStatsCommand(program);
addSplitCommand(program);
addCompletionCommand(program);

program
  .command('doctor')
  .description('say whether this machine has what is needed')
  .action(async () => (await import('./doctor.js')).doctor());

for (const command of program.commands) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its message and a suggestion already; --help and --version end here too, with 0.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    printError(error);
    process.exitCode = exitCodeOf(error);
    // Threads and timers of what failed would keep the process.
    process.exit();
  }
}
