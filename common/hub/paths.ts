import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../utils/index.js';
import type { RemoteFile } from './listing.js';

/** What this part itself keeps in a repository's folder; no file of a repository may have such a name. */
export const ownNames = { record: '.atelier.json', lock: '.atelier.lock', parts: '.incomplete' } as const;

/** Windows opens a device for such a name, with any ending and in any folder. */
const deviceName = /^(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$) *(\.|$)/i;

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
        : platform === 'win32' && parts.some((part) => /[<>:"|?*]|[. ]$/.test(part) || deviceName.test(part))
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

/**
 * Refuses (UserError) names of which the file system would keep only one: those that differ by case alone, or by how an accent is
 * written. `dir` is where they would go.
 */
export async function refuseCollisions(
  dir: string,
  paths: readonly string[],
  foldsCase: (dir: string) => Promise<boolean> = isCaseInsensitive,
): Promise<void> {
  const seen = new Map<string, string>();
  const prefixes = new Set(paths.flatMap((path) => prefixesOf(path)));
  for (const path of prefixes) {
    const folded = path.normalize('NFC').toLowerCase();
    const other = seen.get(folded);
    if (other !== undefined && (await foldsCase(dir)))
      throw new UserError(
        `The repository has both ${JSON.stringify(other)} and ${JSON.stringify(path)}, which are one name on the disk of ${dir}. ` +
          'Leave one of them out with exclude, or set ATELIER_ASSETS to a folder on a disk that tells upper from lower case.',
      );
    seen.set(folded, path);
  }
}

/** `a/b/c` gives `a`, `a/b` and `a/b/c`: two folders collide as two files do. */
function prefixesOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

/** Whether the disk of `dir` takes `A` and `a` for one name: by looking for our own lock there under another case. */
async function isCaseInsensitive(dir: string): Promise<boolean> {
  return lstat(join(dir, ownNames.lock.toUpperCase())).then(
    () => true,
    () => false,
  );
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
