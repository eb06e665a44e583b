import type { Command } from 'commander';
import type { CleanFlags } from '../notebook/clean/cleanCommand.js';
import type { ExportNotebookFlags } from '../notebook/export/exportCommand.js';
import type { RunFlags } from '../notebook/run/runCommand.js';
import type { TestFlags } from '../notebook/test/testCommand.js';

/** `atelier notebook`: notebooks without a browser. */
export function addNotebookCommand(program: Command): void {
  const notebook = program
    .command('notebook')
    .description('notebooks without a browser: run, test, clean, export, convert, sync');
  const repeated = (value: string, before: string[] = []) => [...before, value];
  notebook
    .command('run')
    .description('run all cells; the parameters replace values of the cell tagged "parameters"')
    .argument('<notebook>', 'an .ipynb file, or a .ts file of // %% cells')
    .option('-p, --parameter <name=value>', 'a parameter, such as -p epochs=2; may be repeated', repeated)
    .option('--parameters <file>', 'a YAML file of them')
    .option('--output <file>', 'where the notebook with its outputs is written; without it, nowhere')
    .option('--inplace', 'write it back')
    .option('--timeout <seconds>', 'for each cell')
    .option('--allow-errors', 'go on after a cell that fails')
    .option('--kernel <name>', "another installed kernel than the notebook's")
    .action(async (path: string, flags: RunFlags) => {
      process.exitCode = await (await import('../notebook/run/runCommand.js')).run(path, flags);
    });
  notebook
    .command('test')
    .description('run notebooks and compare the outputs with those in the files')
    .argument('[places...]', 'files and folders (notebooks)')
    .option('--jobs <n>', 'how many at once', '1')
    .option('--timeout <seconds>', 'for each cell')
    .option('--kernel <name>', "another installed kernel than the notebooks'")
    .option('--update', 'write the new outputs into the files, where no cell fails')
    .action(async (places: string[], flags: TestFlags) => {
      process.exitCode = await (await import('../notebook/test/testCommand.js')).test(places, flags);
    });
  notebook
    .command('clean')
    .description('take outputs, counts and what changes by itself out of notebooks, for git')
    .argument('<places...>', 'files and folders, or - for stdin to stdout')
    .option('--keep-outputs', 'only what changes by itself: timings, folded cells, versions')
    .option('--check', 'change nothing; exit code 1 where something is to be cleaned')
    .action(async (places: string[], flags: CleanFlags) => {
      process.exitCode = await (await import('../notebook/clean/cleanCommand.js')).clean(places, flags);
    });
  notebook
    .command('export')
    .description('write a notebook as a program (ts) or as a page with its outputs (html)')
    .argument('<notebook>', 'an .ipynb file, or a .ts file of // %% cells')
    .requiredOption('--to <form>', 'ts or html')
    .option('--output <file>', 'beside the notebook by default')
    .option('--trust', 'html: scripts of outputs run, each in a frame; otherwise they show as pictures')
    .option('--no-code', 'html: outputs and text only')
    .action(async (path: string, flags: ExportNotebookFlags) =>
      (await import('../notebook/export/exportCommand.js')).exportNotebook(path, flags),
    );
  notebook
    .command('convert')
    .description('write a notebook in the other form: .ipynb, or .ts with // %% cells')
    .argument('<from>')
    .argument('<to>', 'where it exists as .ipynb, outputs of cells that are the same are kept')
    .action(async (from: string, to: string) => {
      const { convert } = await import('../notebook/text/index.js');
      process.stdout.write((await convert(from, to)) ? `${to} written\n` : `${to} says the same already\n`);
    });
  notebook
    .command('sync')
    .alias('pair')
    .description(
      'keep <name>.ipynb and <name>.ts the same: the newer one is written into the other, which is made where it is missing',
    )
    .argument('<notebooks...>', 'either file of each pair')
    .option('--from <form>', 'ipynb or ts: which of the two counts, whatever their dates')
    .action(async (paths: string[], flags: { from?: string }) => {
      const { syncAll } = await import('../notebook/text/syncAll.js');
      await syncAll(paths, flags.from);
    });
}
