import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { assetsDir, didYouMean, shortPath, UserError } from '../utils/index.js';

/**
 * The folder of a run, which was given as a path, also to a file in it, or by its name under `assets/outputs/<paper>`: of `paper`, or of
 * any where none is given. `<paper>/<name>` is understood too, and `<multirun>/<job>` for a job of a multirun.
 * Throws `UserError` with where was searched and the nearest name.
 */
export async function findRun(run: string, paper?: string): Promise<string> {
  const path = resolve(run);
  if (existsSync(path)) {
    const given = [path, dirname(path), dirname(dirname(path))].find(isRun);
    if (given !== undefined) return given;
  }
  const outputs = join(assetsDir(), 'outputs');
  const runs = await listRuns(paper);
  const found = runs.filter((folder) => {
    const full = relative(outputs, folder).replaceAll('\\', '/');
    return basename(folder) === run || full === run || full.endsWith(`/${run}`);
  });
  if (found.length > 1)
    throw new UserError(
      `More than one run is named "${run}": ${found.map(shortPath).join(', ')}. Give the folder's path.`,
    );
  if (found[0] !== undefined) return found[0];
  if (existsSync(path)) throw new UserError(`${shortPath(path)} is not the folder of a run: it has no config.yaml`);
  const names = runs.map((folder) => basename(folder));
  const known = names.length === 0 ? ' There are no runs yet.' : didYouMean(basename(run), names);
  const where = shortPath(paper === undefined ? outputs : join(outputs, paper));
  throw new UserError(`No run "${run}": neither a run's folder nor a name under ${where}.${known}`);
}

/** The folders of all runs under `assets/outputs`, of one paper or of every one; the jobs of multiruns among them. */
export async function listRuns(paper?: string): Promise<string[]> {
  const outputs = join(assetsDir(), 'outputs');
  const runs: string[] = [];
  for (const each of paper === undefined ? await folders(outputs) : [join(outputs, paper)])
    for (const folder of await folders(each)) {
      if (isRun(folder)) runs.push(folder);
      else if (isMultirun(folder)) runs.push(...(await folders(folder)).filter(isRun));
    }
  return runs;
}

/** Whether a folder holds the runs of one `-m` command. */
export function isMultirun(folder: string): boolean {
  return existsSync(join(folder, 'multirun.json'));
}

/** A run's folder has a config.yaml or checkpoints. So has a paper's, but also the groups or the program that belong to it. */
function isRun(folder: string): boolean {
  const has = (name: string) => existsSync(join(folder, name));
  return (has('config.yaml') || has('checkpoints')) && !has('train.ts') && !has('config');
}

async function folders(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(parent, entry.name))
    .sort();
}
