import type { Command } from 'commander';

/** `atelier average <run|files…>`: the mean of checkpoints. */
export function addAverageCommand(program: Command): void {
  program
    .command('average')
    .description("write the mean of checkpoints' weights: of several runs' best, of a run's kept ones, or of files")
    .argument('<checkpoints...>', '.safetensors files, or runs')
    .requiredOption('--output <file>', 'where to write, such as avg.safetensors')
    .action(async (from: string[], flags: { output: string }) =>
      (await import('./averageFiles.js')).average(from, flags.output),
    );
}
