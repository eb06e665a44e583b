import picomatch from 'picomatch';
import { parse } from 'yaml';
import { z } from 'zod';

/** The files of one split of one config. `isDefault`: the config that is meant where none is named. */
export type DataFiles = { config: string; split: string; patterns: string[]; isDefault?: boolean };

const patterns = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const configsSchema = z.object({
  configs: z.array(
    z.object({
      config_name: z.string().default('default'),
      data_dir: z.string().optional(),
      data_files: z
        .union([
          patterns.transform((paths) => [{ split: 'train', path: paths }]),
          z.array(z.object({ split: z.string(), path: patterns })),
          z
            .record(z.string(), patterns)
            .transform((splits) => Object.entries(splits).map(([split, path]) => ({ split, path }))),
        ])
        .optional(),
      default: z.boolean().optional(),
    }),
  ),
});

/** The YAML header of a repository's card (README.md); undefined where there is none that can be read. */
export function cardHeader(card: string | undefined): unknown {
  const header = /^\uFEFF?---\r?\n(.*?)\r?\n---/s.exec(card ?? '')?.[1];
  try {
    return header === undefined ? undefined : parse(header);
  } catch {
    return undefined; // a broken header: the file names remain
  }
}

/**
 * Which files belong to which config and split: by the `configs` in the header of the repository's card (README.md), or else by the words
 * in the paths (`train`, `validation`, `val`, `dev`, `test` …), by the rules of Python's `datasets` 5.2 (data_files.py).
 */
export function dataFilesOf(card: string | undefined, paths: readonly string[]): DataFiles[] {
  const parsed = configsSchema.safeParse(cardHeader(card));
  if (!parsed.success || parsed.data.configs.length === 0) return splitsByName('default', paths);
  const { configs } = parsed.data;
  const chosen = configs.find((config) => config.default) ?? configs.find((config) => config.config_name === 'default');
  const fallback = chosen ?? (configs.length === 1 ? configs[0] : undefined);
  return configs.flatMap((one) => {
    const { config_name: config, data_dir, data_files } = one;
    const isDefault = one === fallback;
    const folder = data_dir ? `${data_dir.replace(/^\.\//, '').replace(/\/+$/, '')}/` : '';
    if (data_files === undefined) {
      const below = paths.filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length));
      return splitsByName(config, below).map((part) => ({
        ...part,
        isDefault,
        patterns: part.patterns.map((path) => folder + path),
      }));
    }
    return data_files.map(({ split, path }) => ({
      config,
      split,
      isDefault,
      patterns: path.map((one) => folder + one),
    }));
  });
}

/** True where `path` is one of the split's files. */
export function matchesDataFiles({ patterns }: DataFiles, path: string): boolean {
  return patterns.some((pattern) => path === pattern || matcherOf(pattern)(path));
}

const matchers = new Map<string, (path: string) => boolean>();

/** A glob as fsspec reads it: `*` stays in a folder, `**` does not; hidden files only where the pattern names them. */
function matcherOf(pattern: string): (path: string) => boolean {
  let matches = matchers.get(pattern);
  if (matches === undefined) {
    if (matchers.size > 10_000) matchers.clear(); // lists of names, not of globs
    matches = picomatch(pattern.replace(/^\.\//, ''), { windows: false, nonegate: true });
    matchers.set(pattern, matches);
  }
  return matches;
}

const splitWords = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'dev', 'val'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};

const notData = new Set([
  ...['README.md', 'config.json', 'dataset_info.json', 'dataset_infos.json', 'dataset_dict.json', 'dummy_data.zip'],
  // What Atelier itself writes beside the data.
  'mean_std.json',
]);

/** True for a file that may hold rows: no card, no description, nothing hidden, no program. */
function isData(path: string): boolean {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.some((part) => part.startsWith('.')) || parts.slice(0, -1).some((part) => part.startsWith('__')))
    return false;
  return !notData.has(name) && parts[0] !== 'splits' && !/\.(md|py)$/.test(name);
}

/**
 * Splits by names, the first rule that finds anything: shards `data/<split>-00000-of-00001.…`; a word in the name of a folder; a word in
 * the name of a file; else everything is `train`. A word stands between the ends or any of `-._ 0-9`.
 */
function splitsByName(config: string, all: readonly string[]): DataFiles[] {
  const paths = all.filter(isData);
  const shards = new Map<string, string[]>();
  for (const path of paths) {
    const split = /^data\/([^/]*)-\d{5}-of-\d{5}[^/]*\.[^/]*$/.exec(path)?.[1];
    if (split === undefined || !/^\w+(\.\w+)*$/.test(split)) continue;
    shards.set(split, [...(shards.get(split) ?? []), path]);
  }
  const order = [...Object.keys(splitWords).filter((split) => shards.has(split))];
  order.push(...[...shards.keys()].filter((split) => !order.includes(split)).sort());
  if (order.length > 0)
    return order.map((split) => ({ config, split, patterns: shards.get(split) ?? [], isDefault: true }));

  const inFolder = (words: readonly string[]) => {
    const word = new RegExp(`^(.*[-._ 0-9])?(${words.join('|')})([-._ 0-9].*)?$`);
    return (path: string) =>
      path
        .split('/')
        .slice(0, -1)
        .some((part) => word.test(part));
  };
  const inName = (words: readonly string[]) => {
    const word = new RegExp(`^(.*[-._ 0-9])?(${words.join('|')})[-._ 0-9].*$`);
    return (path: string) => word.test(path.split('/').at(-1) ?? '');
  };
  for (const rule of [inFolder, inName]) {
    const found = Object.entries(splitWords).flatMap(([split, words]) => {
      const files = paths.filter(rule(words));
      return files.length > 0 ? [{ config, split, patterns: files, isDefault: true }] : [];
    });
    if (found.length > 0) return found;
  }
  return paths.length > 0 ? [{ config, split: 'train', patterns: paths, isDefault: true }] : [];
}
