import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { assetsDir, didYouMean, nearest, UserError } from '../utils/index.js';

/** A data set's folder on disk and the name to call it by: `owner/name` where it lies in a `datasets` folder. */
export interface DatasetFolder {
  path: string;
  name: string;
}

/**
 * Finds a data set's folder: a path (symlinks are followed), or the id of one in assets/datasets.
 *
 * @throws UserError saying what to run where the folder is missing, with the nearest name there is.
 */
export function resolveDatasetFolder(folder: string): DatasetFolder {
  const inAssets = join(assetsDir(), 'datasets', folder);
  const path = [resolve(folder), inAssets].find((candidate) => existsSync(candidate));
  if (path === undefined) throw missing(folder);
  if (!statSync(path).isDirectory()) throw new UserError(`${folder} is a file, not the folder of a data set.`);
  const real = realpathSync(path);
  return { path, name: idOf(real) ?? basename(real) };
}

function missing(folder: string): UserError {
  const path = linkTarget(resolve(folder));
  const id = idOf(path) ?? (/^[\w.-]+\/[\w.-]+$/.test(folder) ? folder : undefined);
  const parent = dirname(path);
  const neighbours = existsSync(parent) ? readdirSync(parent) : [];
  const hint = nearest(basename(path), neighbours) === undefined ? '' : didYouMean(basename(path), neighbours);
  return new UserError(
    `There is no data set in ${folder}.${hint} To download it: npx atelier download dataset ${id ?? '<owner>/<name>'}`,
  );
}

/** Where a dangling symlink points: a paper's `data` link says which data set is wanted. */
function linkTarget(path: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isSymbolicLink() ? resolve(dirname(path), readlinkSync(path)) : path;
}

/** `owner/name` (or `name`) of a path …/datasets/owner/name. */
function idOf(path: string): string | undefined {
  const parts = path.split(sep);
  const at = parts.lastIndexOf('datasets');
  const rest = parts.slice(at + 1);
  return at >= 0 && (rest.length === 1 || rest.length === 2) ? rest.join('/') : undefined;
}
