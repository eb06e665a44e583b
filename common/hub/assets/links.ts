import { readlink, realpath } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { projectRoot } from '../../utils/index.js';
import { entriesOf } from './tree.js';

/** A link in the folder of a paper or project: its place from the project's root, and where it leads. */
export type AssetLink = { path: string; target: string /** Nothing is there. */; dangling: boolean };

/** The links that lie directly in the folders of `papers/` and `projects/`, such as `papers/x/data`. */
export async function findLinks(root = projectRoot()): Promise<AssetLink[]> {
  const links: AssetLink[] = [];
  for (const group of ['papers', 'projects'])
    for (const { name, isFolder } of await entriesOf(join(root, group)))
      if (isFolder)
        for (const entry of await entriesOf(join(root, group, name)))
          if (entry.isLink) links.push(await readLink(root, join(root, group, name), entry.name));
  return links;
}

async function readLink(root: string, dir: string, name: string): Promise<AssetLink> {
  const place = join(dir, name);
  const path = relative(root, place).replaceAll(sep, '/');
  const target = await realpath(place).catch(() => undefined);
  if (target !== undefined) return { path, target, dangling: false };
  // What is gone has no real path; its folder's may lead through a link.
  const above = await realpath(dir);
  return { path, target: resolve(above, await readlink(place)), dangling: true };
}

/** True where `path` is `folder` or below it. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
