import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../utils/index.js';
import { type DataFile, localFile } from './dataFile.js';

/** A file of a data set before it is opened: asking a million files for their size would take minutes. */
export interface ListedFile {
  /** Inside the data set, with `/`. */
  readonly path: string;
  /** Its place on disk; undefined for a file on the Hub. */
  readonly local: string | undefined;
  open(): Promise<DataFile>;
}

/** All files of a data set: a folder on disk, or a repository on the Hub. */
export interface Listing {
  /** `owner/name`, or the folder's name. */
  readonly name: string;
  /** What messages call the place. */
  readonly place: string;
  readonly folder: string | undefined;
  /** Sorted by path. */
  readonly files: readonly ListedFile[];
  /** Folders (paths with `/`); empty for a repository, which has none without files. */
  readonly folders: readonly string[];
  readonly card: string | undefined;
}

/** The files below a folder. Hidden ones are left out; a link may point inside the folder, or to the blobs of the Hub's own cache. */
export async function listFolder(folder: string, name: string, place: string): Promise<Listing> {
  const root = await realpath(folder);
  const files: ListedFile[] = [];
  const folders: string[] = [];
  const recorded = await readHashes(root);
  const walk = async (path: string, seen: readonly string[]) => {
    for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const inside = path === '' ? entry.name : `${path}/${entry.name}`;
      const full = join(root, inside);
      let [isFile, isFolder] = [entry.isFile(), entry.isDirectory()];
      let real = full;
      if (entry.isSymbolicLink()) {
        real = await insideOf(root, full, place);
        const target = await stat(full);
        [isFile, isFolder] = [target.isFile(), target.isDirectory()];
      }
      if (isFile) files.push(listed(full, inside, recorded[inside]));
      else if (isFolder && !seen.includes(real)) {
        folders.push(inside);
        await walk(inside, [...seen, real]);
      }
    }
  };
  await walk('', [root]);
  const card = await readFile(join(root, 'README.md'), 'utf8').catch(() => undefined);
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { name, place, folder: root, files, folders, card };
}

type Recorded = { hash: string; size: number; modified: number };

function listed(local: string, path: string, recorded?: Recorded): ListedFile {
  return {
    path,
    local,
    async open() {
      const { size, mtimeMs } = await stat(local);
      const isSame = recorded?.size === size && recorded.modified === mtimeMs;
      return localFile(local, path, size, isSame ? recorded.hash : undefined);
    },
  };
}

/** The hashes that a download left beside the files: they identify a file without reading it. */
async function readHashes(root: string): Promise<Record<string, Recorded>> {
  const entry = z.object({ hash: z.string(), size: z.number(), modified: z.number() });
  try {
    const record: unknown = JSON.parse(await readFile(join(root, '.atelier.json'), 'utf8'));
    return z.object({ files: z.record(z.string(), entry) }).parse(record).files;
  } catch {
    return {};
  }
}

/** Where a link leads. @throws UserError where that is outside of the data set: a stranger's archive must not read other files. */
async function insideOf(root: string, link: string, place: string): Promise<string> {
  const target = await realpath(link).catch(() => undefined);
  if (target === undefined) throw new UserError(`${link} is a link to nothing. Remove it, or download ${place} again.`);
  // `huggingface_hub` keeps <repository>/snapshots/<commit>/… as links to <repository>/blobs/….
  const isSnapshot = relative(dirname(dirname(root)), root).split(sep)[0] === 'snapshots';
  const allowed = isSnapshot ? [root, join(dirname(dirname(root)), 'blobs')] : [root];
  if (allowed.some((folder) => target.startsWith(`${folder}${sep}`))) return target;
  throw new UserError(`${link} is a link that leaves the data set's folder (to ${target}), which is refused.`);
}

/** One file as a data set of its own. */
export async function listFile(path: string, name: string): Promise<Listing> {
  const local = await realpath(path);
  const file = listed(local, name);
  return { name, place: path, folder: dirname(local), files: [file], folders: [], card: undefined };
}
