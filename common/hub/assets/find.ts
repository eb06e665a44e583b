import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { countOf, didYouMean, UserError } from '../../utils/index.js';
import { isWithin } from './links.js';
import { type Asset, type AssetList, isAssetFolder } from './list.js';

/**
 * The asset that `name` means: an id (`ylecun/mnist`), a place in the assets folder (`datasets/ylecun/mnist`) or a path to it.
 * Throws a UserError where it names none, more than one, or something outside the assets folder.
 */
export function findAsset(name: string, { root, assets }: AssetList): Asset {
  const plain = name.replaceAll('\\', '/').replace(/\/+$/, '');
  const isPath = isAbsolute(name) || /^(\.{0,2}\/|~)/.test(plain) || plain.split('/').includes('..');
  const inside = isPath ? placeOf(name, root) : plain.replace(/^assets\//, '');
  const exact = assets.filter(({ key, id }) => key === inside || (!isPath && id === inside));
  const [one, other] = exact;
  if (one && other) throw new UserError(`"${name}" may be ${exact.map(({ key }) => key).join(' or ')}: name it so.`);
  if (one) return one;
  const below = assets.filter(({ key, id }) => `${key}/`.startsWith(`${inside}/`) || id.startsWith(`${inside}/`));
  if (below.length > 0)
    throw new UserError(
      `${name} holds ${countOf(below.length, 'asset')}: name one or several of them. ${list(below.map(({ key }) => key))}`,
    );
  const above = assets.find(({ key, id }) => inside.startsWith(`${key}/`) || inside.startsWith(`${id}/`));
  if (above)
    throw new UserError(`${name} is a part of ${above.key}; only a whole asset can be named here: ${above.key}.`);
  const names = assets.flatMap(({ key, id }) => (isAssetFolder(inside.split('/')[0] ?? '') ? [key] : [id]));
  const known = assets.length === 0 ? `There are none in ${root}.` : 'See: npx atelier assets list';
  throw new UserError(`There is no asset "${name}".${didYouMean(inside, names)} ${known}`);
}

/** A path as a place in the assets folder. Links above it are followed, so that what leads out of the folder is seen as outside. */
function placeOf(path: string, root: string): string {
  const full = resolve(path);
  const real = join(realOf(dirname(full)), basename(full));
  if (real === root || !isWithin(root, real))
    throw new UserError(
      `${path} is ${real === root ? 'the assets folder itself' : `outside of the assets folder ${root}`}, which is left alone. ` +
        'Name an asset by its id: npx atelier assets list shows them.',
    );
  return relative(root, real).replaceAll(sep, '/');
}

/** The real path, or of what does not exist the path below the nearest real folder. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const up = dirname(path);
    return up === path ? path : join(realOf(up), basename(path));
  }
}

function list(keys: readonly string[]): string {
  return `${keys.slice(0, 8).join(', ')}${keys.length > 8 ? ', …' : ''}`;
}
