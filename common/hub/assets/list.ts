import { lstat, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { assetsDir } from '../../utils/index.js';
import { ownNames } from '../paths.js';
import { readRecord } from '../record.js';
import { type AssetLink, findLinks, isWithin } from './links.js';
import { entriesOf, sizeOfTree } from './tree.js';

/** The kinds of assets by the folder that holds them, and how deep they lie in it: `<owner>/<name>`, `<paper>/<run>`, `<name>`. */
export const assetFolders = { datasets: 'dataset', models: 'model', outputs: 'output', cache: 'cache' } as const;
export type AssetFolder = keyof typeof assetFolders;
export type AssetKind = (typeof assetFolders)[AssetFolder];

export type Asset = {
  kind: AssetKind;
  /** `datasets/ylecun/mnist`: the place in the assets folder, which names it without doubt. */
  key: string;
  /** `ylecun/mnist`. */
  id: string;
  dir: string;
  bytes: number;
  files: number;
  /** The commit of a download, and the branches and tags that stood for it. */
  revision: string | undefined;
  names: string[];
  /** Time of the newest change, ISO 8601. */
  changed: string;
  /**
   * `downloaded`: has a record to verify against; `local`: was made here, has none; `incomplete`: a download that stopped; `left over`:
   * what an interrupted writer or removal left; `link`: leads elsewhere and is not followed.
   */
  state: 'downloaded' | 'local' | 'incomplete' | 'left over' | 'link';
  /** Where a link leads. */
  target?: string;
  /** The links of papers and projects that lead here, from the project's root. */
  links: string[];
};

export type AssetList = {
  /** The assets folder. */
  root: string;
  assets: Asset[];
  /** Links of papers and projects that lead into the assets folder where nothing is. */
  dangling: AssetLink[];
};

/**
 * Everything in the assets folder (ATELIER_ASSETS): data sets, models, runs and caches, each with its size and the links that lead to
 * it. Links inside are told, never followed. `project` is the folder whose `papers/` and `projects/` are searched for links.
 */
export async function listAssets(options: { project?: string } = {}): Promise<AssetList> {
  const root = await realpath(assetsDir()).catch(() => assetsDir());
  const links = await findLinks(options.project);
  const assets: Asset[] = [];
  for (const folder of Object.keys(assetFolders).filter(isAssetFolder))
    for (const path of await pathsOf(root, folder)) assets.push(await describe(root, folder, path, links));
  const dangling = links.filter((link) => link.dangling && isWithin(root, link.target));
  return { root, assets, dangling };
}

export function isAssetFolder(name: string): name is AssetFolder {
  return Object.hasOwn(assetFolders, name);
}

/** What is left where a writer or a removal was interrupted. */
const leftOver = /\.(tmp|old)$|^\.removing-/;
const splitFolder = /^(train|training|validation|valid|val|dev|test|testing|images|data)$/i;

/** The assets of one folder, from its root. */
async function pathsOf(root: string, folder: AssetFolder): Promise<string[]> {
  const top = await lstat(join(root, folder)).catch(() => undefined);
  if (top?.isSymbolicLink()) return [''];
  const paths: string[] = [];
  for (const { name, isFolder } of await entriesOf(join(root, folder))) {
    const inside =
      isFolder && folder !== 'cache' && !leftOver.test(name) ? await entriesOf(join(root, folder, name)) : [];
    // A set that was made here may lie directly in the folder (datasets/digits): it has files or splits where an owner has repositories.
    const isOwner =
      inside.length > 0 &&
      (folder === 'outputs' ||
        inside.every((entry) => (entry.isFolder || entry.isLink) && !splitFolder.test(entry.name)));
    if (isOwner) paths.push(...inside.map((entry) => `${name}/${entry.name}`));
    else if (isFolder || folder === 'cache' || leftOver.test(name)) paths.push(name);
    else if ((await lstat(join(root, folder, name))).isSymbolicLink()) paths.push(name);
  }
  return paths;
}

async function describe(root: string, folder: AssetFolder, id: string, links: readonly AssetLink[]): Promise<Asset> {
  const dir = join(root, folder, id);
  const kind = assetFolders[folder];
  const found = await lstat(dir);
  const isLink = found.isSymbolicLink();
  const size = await sizeOfTree(dir);
  const record = isLink || kind === 'output' || kind === 'cache' ? undefined : await readRecord(dir);
  const own = record && (await lstat(join(dir, ownNames.record)).catch(() => undefined));
  const hasParts = (await entriesOf(join(dir, ownNames.parts))).length > 0;
  return {
    ...{ kind, key: id === '' ? folder : `${folder}/${id}`, id: id === '' ? folder : id, dir },
    ...{ bytes: size.bytes - (own?.size ?? 0), files: size.files - (own ? 1 : 0) },
    ...{ revision: record?.revision, names: record?.names ?? [] },
    changed: new Date(own?.mtimeMs ?? size.changed).toISOString(),
    state: isLink
      ? 'link'
      : leftOver.test(id.split('/').at(-1) ?? '')
        ? 'left over'
        : hasParts
          ? 'incomplete'
          : record
            ? 'downloaded'
            : 'local',
    ...(isLink && { target: await readlink(dir) }),
    links: links.filter(({ target }) => isWithin(dir, target)).map(({ path }) => path),
  };
}
