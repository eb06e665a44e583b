import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { assetsDir, messageOf, UserError, writeFileAtomic } from '../../utils/index.js';
import { digitsCard } from './card.js';
import type { DigitSplit } from './draw.js';
import { type DigitsOptions, digitsDefaults, generateDigits } from './generate.js';
import { digitsParquet } from './parquet.js';

/** Raised whenever the same seed draws other pictures than before, so that stored sets are made anew. */
export const digitsVersion = 1;

/** Where the key of the footer with seed, counts and version stands. */
const footerKey = 'atelier_digits';

export type StoreOptions = DigitsOptions & {
  /** the dataset's folder; default `assets/datasets/digits` */
  folder?: string;
};

/** A split's file in the dataset's folder. */
export function digitsFile(folder: string, split: DigitSplit): string {
  return join(folder, 'digits', `${split}-00000-of-00001.parquet`);
}

/**
 * The folder of the built-in digits, which is made first (some seconds) where it is missing, damaged, or of another seed, size or version.
 * It is written beside its place and then renamed, so that nobody ever sees a part of it, and several processes may ask at once.
 */
export async function ensureDigits(options: StoreOptions = {}): Promise<string> {
  const { seed, train, test, onProgress } = { ...digitsDefaults, ...options };
  const folder = options.folder ?? join(assetsDir(), 'datasets', 'digits');
  const stamp = JSON.stringify({ version: digitsVersion, seed, train, test });
  if (await holds(folder, stamp)) return folder;

  const mine = `${folder}.${process.pid}-${randomBytes(3).toString('hex')}`;
  try {
    await writeDigits(`${mine}.tmp`, { seed, train, test, onProgress }, stamp);
    await replaceFolder(`${mine}.tmp`, `${mine}.old`, folder, stamp);
  } catch (error) {
    throw new UserError(`cannot make the built-in digits in ${folder}: ${messageOf(error)}`, { cause: error });
  } finally {
    // What cannot be removed must not hide why.
    for (const left of ['tmp', 'old'])
      await rm(`${mine}.${left}`, { recursive: true, force: true }).catch(() => undefined);
  }
  return folder;
}

async function writeDigits(folder: string, options: DigitsOptions, stamp: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const rows = await generateDigits(options);
  const metadata = [{ key: footerKey, value: stamp }];
  const files = { train: digitsParquet(rows.train, metadata), test: digitsParquet(rows.test, metadata) };
  await writeFileAtomic(digitsFile(folder, 'train'), files.train);
  await writeFileAtomic(digitsFile(folder, 'test'), files.test);
  const card = digitsCard(
    options.seed ?? digitsDefaults.seed,
    digitsVersion,
    { rows: rows.train, fileBytes: files.train.length },
    { rows: rows.test, fileBytes: files.test.length },
  );
  await writeFileAtomic(join(folder, 'README.md'), card);
}

/** Puts `made` in the place of `folder`; what was there goes to `aside`. Another process that was faster with the same set is left alone. */
async function replaceFolder(made: string, aside: string, folder: string, stamp: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(made, folder);
      return;
    } catch (error) {
      if (await holds(folder, stamp)) return;
      if (attempt === 5) throw error;
    }
    await rm(aside, { recursive: true, force: true });
    // Missing when another process is replacing it as well.
    await rename(folder, aside).catch(() => undefined);
  }
}

/** Whether the folder holds this very set: both files have a footer that can be read, which says so. */
async function holds(folder: string, stamp: string): Promise<boolean> {
  for (const split of ['train', 'test'] as const) {
    try {
      const metadata = await parquetMetadataAsync(await asyncBufferFromFile(digitsFile(folder, split)));
      if (metadata.key_value_metadata?.find((pair) => pair.key === footerKey)?.value !== stamp) return false;
    } catch {
      return false;
    }
  }
  return true;
}
