import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../utils/index.js';

/**
 * Adds what a loader left out to skipped.txt in the run's folder, a line each: file and row, then the reason. Names that are there already (from
 * earlier epochs, before a resume) are not repeated. The log says how many are new.
 */
export async function writeSkipped(
  run: { folder: string; log(message: string): void },
  skipped: readonly { where: string; reason: string }[] = [],
): Promise<void> {
  if (skipped.length === 0) return;
  const path = join(run.folder, 'skipped.txt');
  const before = await readFile(path, 'utf8').catch(() => '');
  const lines = skipped.map(({ where, reason }) => `${where}: ${reason.replaceAll('\n', ' ')}`);
  const known = new Set(before.split('\n'));
  const fresh = lines.filter((line) => !known.has(line));
  if (fresh.length === 0) return;
  await writeFileAtomic(path, `${before}${fresh.join('\n')}\n`);
  run.log(
    `${fresh.length} broken ${fresh.length === 1 ? 'image was' : 'images were'} left out: skipped.txt names them.`,
  );
}
