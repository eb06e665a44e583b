import { type Dataset, loadDataset } from 'common/data';
import { terminalProgress } from 'common/hub';
import { untilStopped } from './stop.js';

/** Opens a split; where it must be downloaded first, with progress, and Ctrl-C leaves parts to go on from. */
export function openDataset(
  id: string,
  options: { split: string; config?: string; revision?: string },
): Promise<Dataset> {
  const progress = terminalProgress();
  return untilStopped(
    (signal) => loadDataset(id, { ...options, onProgress: progress.update, signal }).finally(progress.stop),
    'Stopped. The same command goes on from here.',
  );
}
