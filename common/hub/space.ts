import { statfs } from 'node:fs/promises';
import { formatBytes, UserError } from '../utils/index.js';

/** Bytes that this user may still write in the file system of `dir`; undefined where it does not tell. */
export async function freeSpace(dir: string): Promise<number | undefined> {
  const { bavail, bsize, blocks } = await statfs(dir);
  return blocks > 0 ? bavail * bsize : undefined;
}

/** Throws a UserError where `needed` bytes do not fit, before the first of them is written. */
export async function checkFreeSpace(
  dir: string,
  needed: number,
  free: (dir: string) => Promise<number | undefined>,
): Promise<void> {
  if (needed === 0) return;
  const available = await free(dir);
  if (available !== undefined && needed > available)
    throw new UserError(
      `The download needs ${formatBytes(needed)}, but only ${formatBytes(available)} are free in ${dir}. ` +
        'Free some room, set ATELIER_ASSETS to a folder on a larger disk, or fetch less (split, include, exclude).',
    );
}
