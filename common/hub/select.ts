import picomatch from 'picomatch';
import { countOf, didYouMean, UserError } from '../utils/index.js';
import { type DataFiles, matchesDataFiles } from './card.js';

/** Which files of a repository are meant; everything where all is left out. */
export type Selection = {
  filename?: string[];
  config?: string;
  split?: string;
  include?: string[];
  exclude?: string[];
};

/**
 * A glob over paths in a repository, as a shell's: `*` stays within a folder, `**` does not. A pattern without a slash is for names in any
 * folder (`*.parquet`), one that ends in a slash for all below it. A path that equals the pattern always matches.
 */
export function globMatcher(patterns: readonly string[]): (path: string) => boolean {
  const matchers = patterns.map((pattern) => {
    const glob = pattern.endsWith('/') ? `${pattern}**/*` : pattern;
    const matches = picomatch(glob, { dot: true, windows: false, basename: !glob.includes('/'), nonegate: true });
    return (path: string) => path === pattern || matches(path);
  });
  return (path) => matchers.some((matches) => matches(path));
}

/**
 * The files that the selection names, in the order given. Throws a UserError where a part of it names nothing: a misspelt filename,
 * config, split or include. `dataFiles` is what the repository's card says about configs and splits.
 */
export function selectFiles<F extends { path: string }>(
  files: readonly F[],
  selection: Selection,
  dataFiles: readonly DataFiles[],
): F[] {
  let chosen = [...files];
  if (selection.filename) {
    const paths = new Set(chosen.map(({ path }) => path));
    for (const name of selection.filename) if (!paths.has(name)) throw noSuchFile(name, [...paths]);
    const wanted = new Set(selection.filename);
    chosen = chosen.filter(({ path }) => wanted.has(path));
  }
  if (selection.config !== undefined || selection.split !== undefined) {
    const parts = partsOf(dataFiles, selection);
    chosen = chosen.filter(({ path }) => path === 'README.md' || parts.some((part) => matchesDataFiles(part, path)));
  }
  if (selection.include?.length) {
    for (const pattern of selection.include)
      if (!chosen.some(({ path }) => globMatcher([pattern])(path)))
        throw noSuchFile(
          pattern,
          chosen.map(({ path }) => path),
          'include',
        );
    const included = globMatcher(selection.include);
    chosen = chosen.filter(({ path }) => included(path));
  }
  if (selection.exclude?.length) {
    const excluded = globMatcher(selection.exclude);
    chosen = chosen.filter(({ path }) => !excluded(path));
  }
  return chosen;
}

function partsOf(dataFiles: readonly DataFiles[], { config, split }: Selection): DataFiles[] {
  const configs = [...new Set(dataFiles.map((part) => part.config))];
  const ofConfig = config === undefined ? [...dataFiles] : dataFiles.filter((part) => part.config === config);
  if (config !== undefined && ofConfig.length === 0)
    throw new UserError(
      `There is no config "${config}".${didYouMean(config, configs)} There ${isOrAre(configs, 'config')}.`,
    );
  const splits = [...new Set(ofConfig.map((part) => part.split))];
  const parts = split === undefined ? ofConfig : ofConfig.filter((part) => part.split === split);
  if (parts.length === 0)
    throw new UserError(
      `There is no split "${split}".${didYouMean(split ?? '', splits)} There ${isOrAre(splits, 'split')}.`,
    );
  return parts;
}

function isOrAre(names: readonly string[], noun: string): string {
  if (names.length === 0) return `are no ${noun}s that the card or the file names tell: use include`;
  return names.length === 1 ? `is only "${names[0]}"` : `are ${names.map((name) => `"${name}"`).join(', ')}`;
}

function noSuchFile(name: string, paths: readonly string[], option?: string): UserError {
  const some = paths.slice(0, 5).join(', ');
  const list =
    paths.length === 0
      ? 'There are no files.'
      : `There ${paths.length === 1 ? 'is' : 'are'} ${countOf(paths.length, 'file')}: ${some}${paths.length > 5 ? ', …' : ''}.`;
  return new UserError(
    option
      ? `No file matches ${option} "${name}".${didYouMean(name, paths)} ${list}`
      : `The repository has no file "${name}".${didYouMean(name, paths)} ${list}`,
  );
}
