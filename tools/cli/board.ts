import type { Command } from 'commander';

/** `atelier board [folder]`: TensorBoard on the runs. */
export function addBoardCommand(program: Command): void {
  program
    .command('board')
    .description('start TensorBoard on all runs, or on those of a paper or a folder')
    .argument('[place]', "a folder, a run, or a paper's name; all runs by default")
    .option('--port <n>', 'on 127.0.0.1', '6006')
    .action(async (place: string | undefined, flags: { port: string }) => {
      process.exitCode = await (await import('./startBoard.js')).board(place, flags);
    });
}
