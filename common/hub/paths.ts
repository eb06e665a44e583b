import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../utils/index.js';
import type { RemoteFile } from './listing.js';

/** What this part itself keeps in a repository's folder; no file of a repository may have such a name. */
export const ownNames = { record: '.atelier.json', lock: '.atelier.lock', parts: '.incomplete' } as const;

/**
 * Where a repository's file goes inside `dir`. Names come from strangers: one that would leave the folder, that is no portable file
 * name, or that collides with our own files is refused (UserError).
 */
export function localPath(dir: string, path: string, platform = process.platform): string {
  const parts = path.split('/');
  const first = parts[0]?.toLowerCase();
  const problem =
    path === '' || parts.some((part) => part === '' || part === '.' || part === '..')
      ? 'it would leave its folder'
      : // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
        /[\\\u0000-\u001f\u007f]/.test(path)
        ? 'it holds a backslash or a control character'
        : platform === 'win32' && parts.some((part) => /[<>:"|?*]|[. ]$/.test(part))
          ? 'Windows does not allow it'
          : Object.values<string | undefined>(ownNames).includes(first)
            ? 'Atelier uses that name itself'
            : undefined;
  if (problem)
    throw new UserError(
      `The repository has a file named ${JSON.stringify(path)}, which is refused: ${problem}. Leave it out with exclude.`,
    );
  return join(dir, ...parts);
}

/** Refuses to write through a symlink inside `dir` (one at or above `dir` is the owner's business). */
export async function refuseSymlinks(dir: string, path: string): Promise<void> {
  let folder = dir;
  for (const part of path.split('/').slice(0, -1)) {
    folder = join(folder, part);
    const found = await lstat(folder).catch(() => undefined);
    if (found === undefined) return;
    if (found.isSymbolicLink())
      throw new UserError(`${folder} is a link, and ${path} would be written through it: remove the link.`);
  }
}

/** The name of the part of a file that has arrived so far: named for the content, so that another revision never goes on from it. */
export function partName(file: RemoteFile): string {
  const path = createHash('sha256').update(file.path).digest('hex').slice(0, 8);
  return `${file.hash.replace(/^\w+:/, '').slice(0, 40)}-${path}`;
}
