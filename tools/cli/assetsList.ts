import { type Asset, type AssetList, listAssets } from 'common/hub';
import { countOf, formatBytes } from 'common/utils';
import { formatTable } from './table.js';

/** Prints a table of the assets, or with `json` the list itself. */
export async function list({ json }: { json?: true }): Promise<void> {
  const found = await listAssets();
  process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : describe(found));
}

/** The list for a person: a row an asset, the sum, and the links that lead nowhere. */
export function describe({ root, assets, dangling }: AssetList): string {
  const lost = dangling.map(({ path, target }) => `${path} leads to ${target}, where nothing is\n`).join('');
  if (assets.length === 0)
    return `There is nothing in ${root} yet. npx atelier download dataset ylecun/mnist fetches a data set.\n${lost}`;
  const table = formatTable(
    ['kind', 'name', '>size', '>files', 'revision', 'changed', 'links and notes'],
    assets.map((asset) => [
      ...[asset.kind, asset.id, formatBytes(asset.bytes), asset.files.toLocaleString('en')],
      ...[revisionOf(asset), asset.changed.slice(0, 16).replace('T', ' '), notesOf(asset)],
    ]),
  );
  const bytes = assets.reduce((sum, asset) => sum + asset.bytes, 0);
  return `${table}\n\n${countOf(assets.length, 'asset')}, ${formatBytes(bytes)} in ${root}\n${lost}`;
}

function revisionOf({ revision, names }: Asset): string {
  return revision === undefined ? '–' : [...names, revision.slice(0, 7)].join(' ');
}

const notes: Record<Asset['state'], string> = {
  ...{ downloaded: '', local: '', incomplete: 'not whole: download it again to go on' },
  ...{ 'left over': 'left by something that was interrupted: may be removed', link: 'a link to' },
};

function notesOf({ state, target, links }: Asset): string {
  const note = `${notes[state]}${target === undefined ? '' : ` ${target}, not followed`}`;
  return [...links, ...(note === '' ? [] : [note])].join(', ');
}
