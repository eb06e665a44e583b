import { lstat, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { UserError } from '../utils/index.js';
import { getDatasetsDir } from './repository.js';

export type DatasetLink = { path: string; target: string; state: 'created' | 'replaced' | 'unchanged' };

/**
 * Makes `<paperDir>/data` a relative symlink to a data set's folder (`../../assets/datasets/<owner>/<name>`), a junction on Windows.
 * A second call changes nothing. Replaces a symlink that points elsewhere, never a real file or folder (UserError).
 */
export async function linkDataset(
  paperDir: string,
  datasetDir: string,
  platform = process.platform,
): Promise<DatasetLink> {
  if (!(await isFolder(paperDir))) throw new UserError(`There is no folder ${paperDir} to put the link "data" in.`);
  if (!(await isFolder(datasetDir))) {
    const id = relative(getDatasetsDir(), resolve(datasetDir)).replaceAll('\\', '/');
    const isOurs = !id.startsWith('..') && id.split('/').length === 2;
    throw new UserError(
      `There is no data set at ${datasetDir}.${isOurs ? ` Download it first: npx atelier download dataset ${id}` : ''}`,
    );
  }
  const path = join(paperDir, 'data');
  const target = platform === 'win32' ? resolve(datasetDir) : await relativeTarget(paperDir, datasetDir);
  for (let tries = 0; ; tries++) {
    const before = await lstat(path).catch(() => undefined);
    if (before !== undefined && !before.isSymbolicLink())
      throw new UserError(
        `${path} is a real ${before.isDirectory() ? 'folder' : 'file'}, which is not replaced by a link: move it away, or give the paper's config the path of the data set instead.`,
      );
    // Windows answers a junction's target with a closing backslash.
    if (before !== undefined && (await readlink(path)).replace(/[\\/]+$/, '') === target)
      return { path, target, state: 'unchanged' };
    try {
      if (before === undefined) await symlink(target, path, platform === 'win32' ? 'junction' : 'dir');
      else await replaceLink(target, path, platform);
      return { path, target, state: before === undefined ? 'created' : 'replaced' };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // Another process was quicker: look again, it probably made the same link.
      if (code === 'EEXIST' && tries < 3) continue;
      if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS')
        throw new UserError(
          `${path} cannot be made a link: this file system or account allows none (${code}). ${platform === 'win32' ? 'Switch on the developer mode of Windows, or keep' : 'Keep'} the project on a disk that has links, or give the paper's config the path ${datasetDir} instead.`,
        );
      if (code === 'EACCES' || code === 'EROFS')
        throw new UserError(`${path} cannot be written: you have no right to (${code}).`);
      throw error;
    }
  }
}

/** The new link takes the old one's place by a rename, so that there is no moment without one. Windows cannot rename over a junction. */
async function replaceLink(target: string, path: string, platform: NodeJS.Platform): Promise<void> {
  if (platform === 'win32') {
    await rm(path, { force: true }); // removes a junction, not what it points to
    return symlink(target, path, 'junction');
  }
  const temporary = `${path}.${process.pid}.tmp`;
  await rm(temporary, { force: true });
  await symlink(target, temporary, 'dir');
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Relative as a person reads it; where symlinks above lead that astray, relative between the real places. */
async function relativeTarget(paperDir: string, datasetDir: string): Promise<string> {
  const from = await realpath(paperDir);
  const to = await realpath(datasetDir);
  const plain = relative(resolve(paperDir), resolve(datasetDir));
  const leadsThere = (await realpath(join(from, plain)).catch(() => undefined)) === to;
  return leadsThere ? plain : relative(from, to);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
