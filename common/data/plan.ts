import { z } from 'zod';
import { cardHeader, type DataFiles, dataFilesOf, matchesDataFiles } from '../hub/card.js';
import { didYouMean, UserError } from '../utils/index.js';
import type { Features } from './features.js';
import { featuresFromYaml } from './featuresJson.js';
import type { ListedFile, Listing } from './files/listing.js';
import { chooseFormat, type FileFormat } from './formats/fileFormat.js';

export interface PlanOptions {
  config?: string;
  /** Globs inside the data set that say which files are meant, of `train` or by split. */
  dataFiles?: string | readonly string[] | Readonly<Record<string, string | readonly string[]>>;
}

/** Which files make up each split of a config. */
export interface SplitPlan {
  readonly listing: Listing;
  readonly config: string | undefined;
  /** In the order of the card, or train, validation, test. */
  readonly splits: readonly string[];
  /** The features that the card names for this config. */
  readonly card: Features | undefined;
  /** @throws UserError with the splits there are. */
  check(split: string): void;
  /** The files of a split (or of all), in order, and what they are. */
  files(split?: string): { files: readonly ListedFile[]; format: FileFormat };
}

/** Reads from the card, from the names and from `dataFiles` what belongs together. @throws UserError where a config is missing or unclear. */
export function planSplits(listing: Listing, { config, dataFiles }: PlanOptions = {}): SplitPlan {
  const paths = listing.files.map(({ path }) => path);
  const all = dataFiles === undefined ? dataFilesOf(listing.card, paths) : byOption(dataFiles, config);
  const name = chooseConfig(all, config, listing);
  const parts = all.filter((part) => name === undefined || part.config === name);
  const splits = [...new Set(parts.map(({ split }) => split))];
  const check = (split: string) => {
    if (splits.includes(split)) return;
    const alias = splits.find((one) => aliases[one] === split || aliases[split] === one);
    const hint = alias === undefined ? didYouMean(split, splits) : ` Did you mean "${alias}"?`;
    throw new UserError(`${listing.place} has no split "${split}".${hint} There are: ${splits.join(', ')}.`);
  };
  return {
    listing,
    config: all.length > 0 && all.every((part) => part.config === 'default') ? undefined : name,
    splits,
    card: cardFeatures(listing.card, name),
    check,
    files(split) {
      if (split !== undefined) check(split);
      const chosen = parts.filter((part) => split === undefined || part.split === split);
      const files = matching(listing.files, chosen);
      const where = `${listing.place}${split === undefined ? '' : `, split "${split}"`}`;
      if (files.length === 0) {
        const globs = chosen.flatMap((part) => part.patterns).slice(0, 5);
        throw new UserError(`${where}: no file matches ${globs.join(', ') || 'any known format'}.`);
      }
      const { format, files: data } = chooseFormat(files, where);
      checkShards(data, where);
      return { files: data, format };
    },
  };
}

const aliases: Readonly<Record<string, string>> = { validation: 'val', test: 'testing', train: 'training' };

function chooseConfig(all: readonly DataFiles[], config: string | undefined, listing: Listing): string | undefined {
  const configs = [...new Set(all.map((part) => part.config))];
  if (config !== undefined) {
    if (configs.includes(config)) return config;
    throw new UserError(
      `${listing.place} has no config "${config}".${didYouMean(config, configs)} There are: ${configs.join(', ')}.`,
    );
  }
  if (all.length === 0) throw new UserError(`${listing.place} holds no data files.`);
  const chosen = all.find((part) => part.isDefault)?.config;
  if (chosen !== undefined || configs.length === 1) return chosen ?? configs[0];
  throw new UserError(`${listing.place} has several configs: choose one of ${configs.join(', ')}.`);
}

function byOption(dataFiles: NonNullable<PlanOptions['dataFiles']>, config = 'default'): DataFiles[] {
  const list = (globs: string | readonly string[]) => (typeof globs === 'string' ? [globs] : [...globs]);
  const bySplit = typeof dataFiles === 'string' || isList(dataFiles) ? { train: dataFiles } : dataFiles;
  return Object.entries(bySplit).map(([split, globs]) => ({ config, split, patterns: list(globs), isDefault: true }));
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

/** Files in the order of the patterns, and of their paths within a pattern; each once. */
function matching(files: readonly ListedFile[], parts: readonly DataFiles[]): ListedFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found = new Set<ListedFile>();
  for (const part of parts)
    for (const pattern of part.patterns) {
      const exact = byPath.get(pattern);
      if (exact !== undefined) found.add(exact);
      else for (const file of files) if (matchesDataFiles({ ...part, patterns: [pattern] }, file.path)) found.add(file);
    }
  return [...found];
}

/** `…-00000-of-00003…`: all of them must be there. */
function checkShards(files: readonly ListedFile[], where: string): void {
  const groups = new Map<string, { count: number; there: Set<number> }>();
  for (const { path } of files) {
    const match = /^(.*)-(\d{5})-of-(\d{5})/.exec(path);
    if (match === null) continue;
    const key = `${match[1]} ${match[3]}`;
    const group = groups.get(key) ?? { count: Number(match[3]), there: new Set() };
    groups.set(key, group);
    group.there.add(Number(match[2]));
  }
  for (const [key, { count, there }] of groups)
    for (let index = 0; index < count; index++)
      if (!there.has(index))
        throw new UserError(
          `${where}: file ${index + 1} of the ${count} of ${key.split(' ')[0]} is missing. Download the data set again.`,
        );
}

/** `dataset_info` of the card: one, or a list with a config each. */
function cardFeatures(card: string | undefined, config: string | undefined): Features | undefined {
  const info = z.object({ config_name: z.string().optional(), features: z.unknown() });
  const parsed = z
    .object({ dataset_info: z.union([z.array(info), info.transform((one) => [one])]) })
    .safeParse(cardHeader(card));
  if (!parsed.success) return undefined;
  const { dataset_info: all } = parsed.data;
  const own = all.find((one) => one.config_name === config) ?? (all.length === 1 ? all[0] : undefined);
  const features = featuresFromYaml(own?.features);
  return Object.keys(features).length > 0 ? features : undefined;
}
