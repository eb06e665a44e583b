import { type Command, InvalidArgumentError } from 'commander';
import type { DownloadProgress, DownloadResult } from 'common/hub';
import { untilStopped } from './stop.js';

type Common = { revision?: string; include?: string[]; exclude?: string[]; parallel?: number };
type Watch = { onProgress: (progress: DownloadProgress) => void; signal: AbortSignal };

/** `atelier download dataset|model <id>`: the functions of common/hub by another name. */
export function addDownloadCommand(program: Command): void {
  const download = program
    .command('download')
    .description('fetch a data set or a model from the Hugging Face Hub into assets/')
    .addHelpText('after', environment);
  const shared = (command: Command) =>
    command
      .option('--revision <name>', 'branch, tag or commit', 'main')
      .option('--include <glob...>', "only these files: '*.parquet' in any folder, 'data/*.csv', 'data/**', 'images/'")
      .option('--exclude <glob...>', 'not these files')
      .option('--parallel <n>', 'files at a time', wholeNumber);

  shared(
    download
      .command('dataset')
      .description('fetch a data set, or a part of it, into assets/datasets/<owner>/<name>')
      .argument('<id>', 'owner/name, for example ylecun/mnist')
      .option('--config <name>', 'one config (subset), as the card names it')
      .option('--split <name>', 'one split, such as train'),
  ).action(async (id: string, options: Common & { config?: string; split?: string }) => {
    const { downloadDataset } = await import('common/hub');
    await show((watch) => downloadDataset(id, { ...options, ...watch }));
  });
  shared(
    download
      .command('model')
      .description('fetch a model, or some of its files, into assets/models/<owner>/<name>')
      .argument('<id>', 'owner/name, for example timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k')
      .option('--filename <path...>', 'these files alone, such as model.safetensors'),
  ).action(async (id: string, options: Common & { filename?: string[] }) => {
    const { downloadModel } = await import('common/hub');
    await show((watch) => downloadModel(id, { ...options, ...watch }));
  });
}

const environment = `
What is there and unchanged is not fetched again; what was interrupted goes on where it stopped.
HF_TOKEN is for gated and private repositories, HF_ENDPOINT another Hub, HF_HUB_OFFLINE=1 asks nobody.`;

/** Runs a download with its progress on the screen. Ctrl-C leaves parts to go on from. */
async function show(start: (watch: Watch) => Promise<DownloadResult>): Promise<void> {
  const { formatDownloadSummary, terminalProgress } = await import('common/hub');
  const progress = terminalProgress();
  const result = await untilStopped(
    (signal) => start({ onProgress: progress.update, signal }).finally(progress.stop),
    'Stopped. The same command goes on from here.',
  );
  process.stdout.write(`${formatDownloadSummary(result)}\n`);
}

function wholeNumber(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 64) throw new InvalidArgumentError('A whole number from 1 to 64 is needed.');
  return n;
}
