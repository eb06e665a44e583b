import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { DownloadProgress } from '../hub/index.js';
import { assetsDir, didYouMean, nearest, UserError } from '../utils/index.js';
import { type Listing, listFile, listFolder } from './files/listing.js';
import { listRemote } from './files/remote.js';
import { planSplits } from './plan.js';

export interface LocateOptions {
  config?: string;
  /** The splits whose files are needed; undefined for all. */
  splits?: readonly string[];
  revision?: string;
  /** Read from the Hub where the files are not here, instead of downloading them. */
  streaming?: boolean;
  onProgress?: (progress: DownloadProgress) => void;
  endpoint?: string;
  token?: string;
  signal?: AbortSignal;
}

/**
 * The files of a data set: a folder, a file, a paper's `data` link, or an id: taken from assets/datasets where it is there whole, else
 * downloaded (the needed splits), or listed on the Hub for streaming.
 *
 * @throws UserError saying what to do where there is nothing of that name.
 */
export async function locate(idOrPath: string, options: LocateOptions): Promise<Listing> {
  const path = resolve(idOrPath);
  const isId = /^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(idOrPath);
  if (existsSync(path)) {
    const real = realpathSync(path);
    if (statSync(real).isFile()) return listFile(real, basename(real));
    const id = idOf(real);
    if (id === undefined || !isDownload(real)) return listFolder(real, id ?? basename(real), idOrPath);
    return byId(id, options);
  }
  // A path into assets/datasets, a paper's link among them, says which set is wanted.
  const target = linkTarget(path);
  const wanted = target.startsWith(inAssets('') + sep) ? idOf(target) : isId && target === path ? idOrPath : undefined;
  if (wanted?.includes('/')) return byId(wanted, options);
  // `assets/datasets/<name>`: a set of the user's own.
  const own = inAssets(idOrPath);
  if (existsSync(own) && statSync(own).isDirectory()) return listFolder(own, idOrPath, idOrPath);
  throw missing(idOrPath, path);
}

function inAssets(id: string): string {
  return join(assetsDir(), 'datasets', ...(id === '' ? [] : [id]));
}

/** True where a download brought the folder: then it may hold a part of the set only. */
function isDownload(folder: string): boolean {
  return existsSync(join(folder, '.atelier.json'));
}

async function byId(id: string, options: LocateOptions): Promise<Listing> {
  const { config, splits, revision, streaming = false, onProgress, ...access } = options;
  const folder = inAssets(id);
  // Put there by hand: it is what it is.
  if (existsSync(folder) && !isDownload(folder) && revision === undefined) return listFolder(folder, id, id);
  const { downloadDataset, findDownloaded } = await import('../hub/index.js');
  const parts = splits ?? [undefined];
  if (isDownload(folder)) {
    const found = await Promise.all(parts.map((split) => findDownloaded('dataset', id, { config, split, revision })));
    if (found.every((one) => one !== undefined)) return listFolder(folder, id, id);
    // A whole download has everything, whatever the split is called: what is misspelt is told from the files.
    if ((await findDownloaded('dataset', id, { revision })) !== undefined) return listFolder(folder, id, id);
  }
  if (streaming) return listRemote(id, revision, access);
  if (splits === undefined) await downloadDataset(id, { ...access, config, revision, onProgress });
  else {
    // Which config and files are meant, before anything is fetched.
    const plan = process.env.HF_HUB_OFFLINE
      ? undefined
      : planSplits(await listRemote(id, revision, access), { config });
    for (const split of splits) {
      plan?.check(split);
      await downloadDataset(id, { ...access, config: plan?.config ?? config, split, revision, onProgress });
    }
  }
  return listFolder(folder, id, id);
}

/** `owner/name` (or `name`) of a path …/datasets/owner/name. */
function idOf(path: string): string | undefined {
  const parts = path.split(sep);
  const at = parts.lastIndexOf('datasets');
  const rest = parts.slice(at + 1);
  return at >= 0 && (rest.length === 1 || rest.length === 2) ? rest.join('/') : undefined;
}

/** Where a dangling symlink points: a paper's `data` link says which data set is wanted. */
function linkTarget(path: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isSymbolicLink() ? resolve(dirname(path), readlinkSync(path)) : path;
}

function missing(idOrPath: string, path: string): UserError {
  const target = linkTarget(path);
  const id = idOf(target)?.includes('/') ? idOf(target) : undefined;
  const parent = dirname(path);
  const neighbours = existsSync(parent) ? readdirSync(parent) : [];
  const hint = nearest(basename(path), neighbours) === undefined ? '' : didYouMean(basename(path), neighbours);
  return new UserError(
    `There is no data set in ${idOrPath}.${hint} Give a folder, a file, or the id of a data set of the Hub: <owner>/<name>.${id === undefined ? '' : ` To download it: npx atelier download dataset ${id}`}`,
  );
}
