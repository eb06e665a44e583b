import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Writes a file so that a reader sees the old content or the new, never a part: a temporary name in the same folder, synced, renamed.
 * The folder is made where it is missing. On an error (a full disk) the temporary file is removed and the old content stays.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array | readonly Uint8Array[]): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.${process.pid}-${randomBytes(3).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      for (const part of typeof data === 'string' || data instanceof Uint8Array ? [data] : data)
        await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // The rename itself lives in the folder: without this a power cut could undo it. Windows cannot open folders.
  if (process.platform !== 'win32') {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** The folder of the repository: the nearest one above this file that holds `common/` and `package.json`. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'common', 'package.json'))) {
    const up = dirname(folder);
    if (up === folder) throw new Error(`no project root above ${fileURLToPath(import.meta.url)}`);
    folder = up;
  }
  return folder;
}

/** Where data sets, models and runs live: `ATELIER_ASSETS`, or `assets/` in the repository. */
export function assetsDir(): string {
  return resolve(process.env.ATELIER_ASSETS ?? join(projectRoot(), 'assets'));
}
