import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { didYouMean, projectRoot, UserError } from 'common/utils';

/** Runs a paper's train.ts in this process, as `npx tsx <paper>/train.ts <rest>` would; with -m many of them, in processes of their own. */
export async function train(paper: string, rest: readonly string[]): Promise<void> {
  const dir = findPaper(paper, 'train.ts');
  const has = (...flags: string[]) => rest.some((word) => flags.includes(word));
  if (has('-m', '--multirun') && !has('-h', '--help'))
    process.exitCode = await (await import('./multirun.js')).multirun(dir, rest);
  else await runScript(join(dir, 'train.ts'), rest);
}

/** Imports a script with the command line that it reads. */
export async function runScript(path: string, argv: readonly string[]): Promise<void> {
  process.argv = [process.argv[0] ?? 'node', path, ...argv];
  await import(pathToFileURL(path).href);
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
