import type { Command } from 'commander';

/** `atelier diff <runA> <runB>`: what two runs have different. */
export function addDiffCommand(program: Command): void {
  program
    .command('diff')
    .description('config and metrics of two runs side by side, where they differ')
    .argument('<runA>', "a run's folder or name")
    .argument('<runB>', 'another')
    .option('--json', 'for programs')
    .action(async (a: string, b: string, flags: { json?: true }) => (await import('./printDiff.js')).diff(a, b, flags));
}
