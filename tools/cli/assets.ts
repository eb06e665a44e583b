import type { Command } from 'commander';

/** `atelier assets list|verify|remove`: what is in the assets folder, whether it is whole, and how it goes. */
export function addAssetsCommand(program: Command): void {
  const assets = program.command('assets').description('list, verify or remove data sets, models, runs and caches');
  assets
    .command('list')
    .description('everything in the assets folder, with its size and the links that lead to it')
    .option('--json', 'for programs')
    .action(async (options: { json?: true }) => (await import('./assetsList.js')).list(options));
  assets
    .command('verify')
    .description('read every downloaded file again and compare it with the hashes of its download')
    .argument('[assets...]', 'ids such as ylecun/mnist, or datasets/ylecun/mnist; all downloads by default')
    .option('--json', 'for programs')
    .action(async (names: string[], options: { json?: true }) =>
      (await import('./assetsVerify.js')).verify(names, options),
    );
  assets
    .command('remove')
    .description('remove assets for good, after asking')
    .argument('<assets...>', 'ids such as ylecun/mnist, or datasets/ylecun/mnist, outputs/<paper>/<run>')
    .option('--yes', 'do not ask')
    .action(async (names: string[], options: { yes?: true }) =>
      (await import('./assetsRemove.js')).remove(names, options),
    );
}
