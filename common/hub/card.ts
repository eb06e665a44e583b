import picomatch from 'picomatch';
import { parse } from 'yaml';
import { z } from 'zod';

/** The files of one split of one config. */
export type DataFiles = { config: string; split: string; patterns: string[] };

const patterns = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const configsSchema = z.object({
  configs: z.array(
    z.object({
      config_name: z.string().default('default'),
      data_dir: z.string().optional(),
      data_files: z.union([patterns, z.array(z.object({ split: z.string(), path: patterns }))]).optional(),
    }),
  ),
});

/**
 * Which files belong to which config and split: by the `configs` in the header of the repository's card (README.md), or else by the words
 * in the paths (`train`, `validation`, `val`, `dev`, `test` …), as Python's `datasets` does.
 */
export function dataFilesOf(card: string | undefined, paths: readonly string[]): DataFiles[] {
  const header = /^\uFEFF?---\r?\n(.*?)\r?\n---/s.exec(card ?? '')?.[1];
  const parsed = configsSchema.safeParse(header === undefined ? undefined : parseYaml(header));
  if (!parsed.success) return splitsByName('default', paths);
  return parsed.data.configs.flatMap(({ config_name: config, data_dir, data_files }) => {
    const below = (pattern: string) => (data_dir ? `${data_dir.replace(/\/+$/, '')}/${pattern}` : pattern);
    if (data_files === undefined)
      return splitsByName(
        config,
        paths.filter((path) => path.startsWith(below(''))),
      );
    return data_files.some((item) => typeof item === 'string')
      ? [
          {
            config,
            split: 'train',
            patterns: data_files.flatMap((item) => (typeof item === 'string' ? below(item) : [])),
          },
        ]
      : data_files.flatMap((item) =>
          typeof item === 'string' ? [] : { config, split: item.split, patterns: item.path.map(below) },
        );
  });
}

/** True where `path` is one of the split's files. */
export function matchesDataFiles({ patterns }: DataFiles, path: string): boolean {
  return patterns.some((pattern) => path === pattern || picomatch(pattern, { windows: false, nonegate: true })(path));
}

function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined; // a broken header: the file names remain
  }
}

const splitWords = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val', 'dev'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};

function splitsByName(config: string, paths: readonly string[]): DataFiles[] {
  return Object.entries(splitWords).flatMap(([split, words]) => {
    const word = new RegExp(`(^|[-._ 0-9/])(${words.join('|')})([-._ 0-9/]|$)`);
    const files = paths.filter((path) => word.test(path) && !/\.(md|py|gitattributes)$/.test(path));
    return files.length > 0 ? [{ config, split, patterns: files }] : [];
  });
}
