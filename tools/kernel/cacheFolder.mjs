// Where the kernel keeps what it builds at its first start. Plain JavaScript, since main.mjs needs it before there is a bundle.
import { createHash } from 'node:crypto';
import { accessSync, constants, lstatSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders of this process alone, by root: for where the user's own name in the temporary folder was taken by another. */
const passing = new Map();

/**
 * A folder below `root`'s node_modules/.cache; where that cannot be written, as in an installation of another user or on a disk that
 * is read-only, one in the temporary folder that is this user's alone.
 */
export function cacheFolder(root) {
  const own = ownCache(root);
  try {
    mkdirSync(own, { recursive: true });
    accessSync(own, constants.W_OK);
    return own;
  } catch {
    return temporaryCache(root);
  }
}

/** The folders to look in for what was built before, the nearest first. */
export function cacheFolders(root) {
  return [...new Set([ownCache(root), cacheFolder(root)])];
}

function ownCache(root) {
  return join(root, 'node_modules/.cache/atelier');
}

function temporaryCache(root) {
  const user = process.getuid?.();
  const name = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const folder = join(tmpdir(), `atelier-${user ?? 'kernel'}-${name}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // It is there already, made by an earlier start or by somebody else.
  }
  let chosen = passing.get(root) ?? folder;
  if (!isPrivate(chosen, user)) {
    chosen = mkdtempSync(join(tmpdir(), 'atelier-'));
    passing.set(root, chosen);
  }
  try {
    // The programs import packages by name, which Node looks up from where they lie.
    symlinkSync(join(root, 'node_modules'), join(chosen, 'node_modules'), 'junction');
  } catch {
    // there already
  }
  return chosen;
}

/** What runs from here must not be writable by others. */
function isPrivate(folder, user) {
  try {
    const stat = lstatSync(folder);
    return stat.isDirectory() && (user === undefined || (stat.uid === user && (stat.mode & 0o077) === 0));
  } catch {
    return false;
  }
}
