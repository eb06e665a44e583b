import { downloadDataset, downloadModel, formatDownloadSummary, terminalProgress } from 'common/hub';
import { didYouMean, UsageError } from 'common/utils';

const kinds = { dataset: downloadDataset, model: downloadModel };

/** Fetches a data set or model into assets/; what is there and unchanged is not fetched again. Ctrl-C leaves parts to go on from. */
export async function download(kind: string, id: string, options: { revision?: string }): Promise<void> {
  if (kind !== 'dataset' && kind !== 'model')
    throw new UsageError(
      `atelier download ${kind}: the kinds are dataset and model.${didYouMean(kind, Object.keys(kinds))}`,
    );
  const progress = terminalProgress();
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error('stopped'));
  };
  process.on('SIGINT', onSignal);
  try {
    const result = await kinds[kind](id, { ...options, onProgress: progress.update, signal: stop.signal });
    progress.stop();
    process.stdout.write(`${formatDownloadSummary(result)}\n`);
  } catch (error) {
    progress.stop();
    if (!stop.signal.aborted) throw error;
    process.stderr.write('Stopped. The same command goes on from here.\n');
    process.exit(130);
  } finally {
    process.off('SIGINT', onSignal);
  }
}
