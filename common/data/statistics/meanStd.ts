import { join } from 'node:path';
import { messageOf, UserError, writeFileAtomic } from '../../utils/index.js';
import type { DatasetStats } from './datasetStats.js';
import type { ImageStats } from './imageStats.js';

/** What mean_std.json says: the numbers for `normalize`, and of what they are. */
export interface MeanStd {
  mean: number[];
  std: number[];
  /** Where they come from. */
  dataset: string;
  config?: string;
  split: string;
  column: string;
  images: number;
  pixels: number;
  fingerprint: string;
}

/** The mean and standard deviation of a split's images; undefined where it has none, or the column is not clear. */
export function meanStdOf(stats: DatasetStats, column?: string): MeanStd | undefined {
  const all = Object.entries(stats.columns).filter((entry): entry is [string, ImageStats] => entry[1].type === 'image');
  const chosen = column === undefined ? all : all.filter(([name]) => name === column);
  const [first] = chosen;
  if (first === undefined || chosen.length > 1 || first[1].mean.length === 0) return undefined;
  const [name, { mean, std, count, broken, pixels }] = first;
  const config = stats.config === undefined ? {} : { config: stats.config };
  return {
    mean,
    std,
    dataset: stats.name,
    ...config,
    split: stats.split,
    column: name,
    images: count - broken,
    pixels,
    fingerprint: stats.fingerprint,
  };
}

/** Writes `mean_std.json` into a folder. @throws UserError where that cannot be done. */
export async function writeMeanStd(folder: string, values: MeanStd): Promise<string> {
  const path = join(folder, 'mean_std.json');
  try {
    await writeFileAtomic(path, `${JSON.stringify(values, undefined, 2)}\n`);
  } catch (error) {
    throw new UserError(`Cannot write ${path}: ${messageOf(error)}`);
  }
  return path;
}
