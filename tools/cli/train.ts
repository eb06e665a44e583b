import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { didYouMean, projectRoot, UserError } from 'common/utils';

/** `atelier train`: a run of a paper, or with -m many of them, in processes of their own. */
export async function train(paper: string, rest: readonly string[]): Promise<void> {
  const has = (...flags: string[]) => rest.some((word) => flags.includes(word));
  if (has('-m', '--multirun') && !has('-h', '--help'))
    process.exitCode = await (await import('./multirun.js')).multirun(findPaper(paper, 'train.ts'), rest);
  else await trainPaper(paper, rest);
}

/**
 * Runs a paper's train.ts in this process, as `npx tsx <paper>/train.ts <rest>` would. May be called again, with other arguments too.
 * @returns the run's folder; undefined where the script exports no `run`
 */
export async function trainPaper(paper: string, rest: readonly string[] = []): Promise<string | undefined> {
  const { run } = await runScript(join(findPaper(paper, 'train.ts'), 'train.ts'), rest);
  return typeof run === 'object' && run !== null && 'folder' in run && typeof run.folder === 'string'
    ? run.folder
    : undefined;
}

const runs = new Map<string, number>();

/** Imports a script with the command line that it reads, and gives what it exports. */
export async function runScript(path: string, argv: readonly string[]): Promise<Record<string, unknown>> {
  const before = process.argv;
  const times = runs.get(path) ?? 0;
  runs.set(path, times + 1);
  process.argv = [before[0] ?? 'node', path, ...argv];
  try {
    // A module runs once: again it is another module.
    return await import(`${pathToFileURL(path).href}${times === 0 ? '' : `?run=${times + 1}`}`);
  } finally {
    process.argv = before;
  }
}

/** The folder of a paper: a path, or a name under papers/. */
export function findPaper(paper: string, script: string): string {
  const papers = join(projectRoot(), 'papers');
  const places = [resolve(paper), join(projectRoot(), paper), join(papers, paper)];
  const found = places.find((folder) => existsSync(join(folder, script)));
  if (found !== undefined) return found;
  const known = existsSync(papers) ? readdirSync(papers).filter((name) => existsSync(join(papers, name, script))) : [];
  const folder = places.find((place) => existsSync(place));
  if (folder !== undefined) throw new UserError(`${folder} has no ${script}. Papers are: ${known.join(', ')}.`);
  const hint = known.find((name) => name.startsWith(basename(paper)));
  const meant = hint === undefined ? didYouMean(basename(paper), known) : ` Did you mean "${hint}"?`;
  throw new UserError(`No paper "${paper}".${meant} Papers are: ${known.join(', ')}.`);
}
