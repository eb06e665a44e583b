import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { didYouMean, UserError } from '../../utils/index.js';

interface Shard {
  path: string;
  /** The folder below the data set's, with `/`: usually the config. */
  folder: string;
  split: string;
  index: number;
  count: number | undefined;
}

/**
 * The parquet files of a split, in order: `<split>-00000-of-00002.parquet` (a hash may follow), `<split>.parquet` or
 * `<split>/0000.parquet`, anywhere below the folder.
 *
 * @param config the folder to take where several hold this split.
 * @throws UserError naming the splits there are, the configs there are, or the shard that is missing.
 */
export async function findShards(root: string, split: string, config?: string): Promise<string[]> {
  const all = await listShards(root);
  if (all.length === 0) throw new UserError(`${root} holds no parquet files such as ${split}-00000-of-00001.parquet.`);
  const configs = [...new Set(all.map(({ folder }) => folder))];
  if (config !== undefined && !configs.includes(config))
    throw new UserError(
      `${root} has no config "${config}".${didYouMean(config, configs)} There are: ${configs.join(', ')}.`,
    );
  const candidates = config === undefined ? all : all.filter(({ folder }) => folder === config);
  const shards = candidates.filter((shard) => shard.split === split).sort((a, b) => a.index - b.index);
  if (shards.length === 0) {
    const splits = [...new Set(candidates.map((shard) => shard.split))].sort();
    throw new UserError(
      `${root} has no split "${split}".${didYouMean(split, splits)} There are: ${splits.join(', ')}.`,
    );
  }
  const folders = [...new Set(shards.map(({ folder }) => folder))].sort();
  if (folders.length > 1)
    throw new UserError(`${root} has several configs with a split "${split}": choose one of ${folders.join(', ')}.`);
  checkComplete(shards, root, split);
  return shards.map(({ path }) => path);
}

async function listShards(root: string): Promise<Shard[]> {
  const shards: Shard[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const below = relative(root, path).split(sep);
    // `.cache`, `.git`: what tools leave in a downloaded folder is no data.
    if (entry.isDirectory() || below.some((part) => part.startsWith('.')) || !entry.name.endsWith('.parquet')) continue;
    const match = /^(.+?)-(\d{5})-of-(\d{5})(?:-[0-9a-f]+)?\.parquet$/.exec(entry.name);
    // The Hub's own conversion: <config>/<split>/0000.parquet.
    const converted = below.length > 1 && /^\d{4}\.parquet$/.test(entry.name);
    shards.push({
      path,
      folder: below.slice(0, converted ? -2 : -1).join('/') || '.',
      split: converted ? below.at(-2)! : (match?.[1] ?? basename(entry.name, '.parquet')),
      index: Number(converted ? basename(entry.name, '.parquet') : (match?.[2] ?? 0)),
      count: match === null ? undefined : Number(match[3]),
    });
  }
  return shards;
}

function checkComplete(shards: readonly Shard[], root: string, split: string): void {
  const count = shards[0]?.count;
  if (count === undefined) return;
  const there = new Set(shards.map(({ index }) => index));
  for (let index = 0; index < count; index++) {
    if (there.has(index)) continue;
    const folder = dirname(shards[0]!.path);
    throw new UserError(
      `${folder}: file ${index + 1} of the ${count} of split "${split}" is missing. Download ${root} again.`,
    );
  }
}
