import { lstat, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { lock } from 'proper-lockfile';
import { UserError } from '../../utils/index.js';
import { diskReason } from '../explain.js';
import { ownNames } from '../paths.js';
import { isWithin } from './links.js';
import type { Asset, AssetKind } from './list.js';

/** The lock of whoever writes there, and after which time without a sign it is nobody's. A run's is common/training's. */
const locks: Record<AssetKind, { name: string; stale: number } | undefined> = {
  dataset: { name: ownNames.lock, stale: 5000 },
  model: { name: ownNames.lock, stale: 5000 },
  output: { name: '.lock', stale: 120_000 },
  cache: undefined,
};

/**
 * Removes an asset of the assets folder `root`, for good. It first gets another name, so that an interruption never leaves a part that
 * looks whole. Of a link the link alone goes, never what it leads to. Throws a UserError where another process uses it, or where a link
 * on the way would lead out of `root`.
 */
export async function removeAsset(asset: Asset, root: string): Promise<void> {
  const { dir, kind, key } = asset;
  await refuseOutside(dir, root);
  const found = await lstat(dir).catch(() => undefined);
  if (found === undefined) return; // someone else was quicker
  try {
    if (found.isSymbolicLink()) await unlink(dir);
    else {
      const aside = join(dirname(dir), `.removing-${process.pid}-${basename(dir)}`);
      const release = found.isDirectory() ? await lockAsset(dir, kind, key) : undefined;
      try {
        await rename(dir, aside);
      } finally {
        await release?.().catch(() => {}); // moved with its folder
      }
      await rm(aside, { recursive: true, force: true });
    }
  } catch (error) {
    const reason = diskReason(error);
    throw reason === undefined ? error : new UserError(`${key} cannot be removed from ${dirname(dir)}: ${reason}.`);
  }
  // An owner's or a paper's folder that is empty now says nothing more.
  const above = dirname(dir);
  if (dirname(above) !== root && isWithin(root, above)) await rmdir(above).catch(() => {});
}

async function lockAsset(dir: string, kind: AssetKind, key: string): Promise<(() => Promise<void>) | undefined> {
  const held = locks[kind];
  if (held === undefined) return undefined;
  try {
    const lockfilePath = join(dir, held.name);
    return await lock(dir, { lockfilePath, stale: held.stale, onCompromised: () => {} });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
    throw new UserError(
      `${key} is in use by another process (a ${kind === 'output' ? 'run' : 'download'}): stop it first. ` +
        `One that was killed counts as gone after ${held.stale / 1000} seconds.`,
    );
  }
}

/** Each folder from the root down must be a real one: a link could have taken its place since the listing. */
async function refuseOutside(dir: string, root: string): Promise<void> {
  const parts = relative(root, dir).split(sep);
  if (dir === root || !isWithin(root, dir) || parts.includes('..'))
    throw new UserError(`${dir} is outside of the assets folder ${root}, and is left alone.`);
  let folder = root;
  for (const part of parts.slice(0, -1)) {
    folder = join(folder, part);
    const found = await lstat(folder).catch(() => undefined);
    if (found?.isSymbolicLink())
      throw new UserError(`${folder} is a link that leads out of the assets folder: what is behind it is left alone.`);
  }
}
