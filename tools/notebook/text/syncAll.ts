import { UsageError } from 'common/utils';
import { sync } from './convert.js';

/** `atelier notebook sync`. */
export async function syncAll(paths: readonly string[], from?: string): Promise<void> {
  if (from !== undefined && from !== 'ipynb' && from !== 'ts')
    throw new UsageError(`--from is ipynb or ts, not "${from}"`);
  for (const path of paths) process.stdout.write(`${await sync(path, from)}\n`);
}
