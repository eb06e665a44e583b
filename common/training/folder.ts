// Where runs live: assets/outputs/<paper>/<run name>, or the folder that --output names.
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { assetsDir, didYouMean, messageOf, UserError } from '../utils/index.js';

/** The folder of all runs of a paper. */
export function outputsDir(paper: string): string {
  return join(assetsDir(), 'outputs', paper);
}

/** Makes a new folder for a run: `<name>`, or `<name>-2`, `<name>-3` … where that exists. Two processes never get the same one. */
export async function createRunFolder(paper: string, name: string): Promise<string> {
  const parent = outputsDir(paper);
  await mkdir(parent, { recursive: true });
  const safe = name.replace(/[^\w.,=+-]+/g, '-').slice(0, 150) || 'run';
  for (let attempt = 1; ; attempt++) {
    const folder = join(parent, attempt === 1 ? safe : `${safe}-${attempt}`);
    try {
      await mkdir(folder); // fails where it exists: this is what makes it ours
      return folder;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

/** The folder given with --output, made if missing. */
export async function createOutputFolder(path: string): Promise<string> {
  const folder = resolve(path);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`--output ${path} cannot be made a folder: ${messageOf(error)}`);
  }
  return folder;
}

/** Whether a folder holds a run (finished, stopped or still going). */
export function isRunFolder(folder: string): boolean {
  return ['config.yaml', 'checkpoints'].some((name) => existsSync(join(folder, name)));
}

/** The folder of a run given by its path or its name; a UserError says where was searched and which name is nearest. */
export async function findRun(run: string, paper?: string): Promise<string> {
  if (isRunFolder(resolve(run))) return resolve(run);
  // A file inside the run (its checkpoint, its model.onnx) means the run.
  for (const above of [dirname(resolve(run)), dirname(dirname(resolve(run)))])
    if (existsSync(resolve(run)) && isRunFolder(above)) return above;
  const outputs = join(assetsDir(), 'outputs');
  const papers = paper === undefined ? await folders(outputs) : [paper];
  const found: string[] = [];
  const names: string[] = [];
  for (const each of papers) {
    for (const name of await folders(join(outputs, each))) {
      names.push(name);
      if (name === run || `${each}/${name}` === run) found.push(join(outputs, each, name));
    }
  }
  if (found.length === 1 && found[0] !== undefined) return found[0];
  if (found.length > 1)
    throw new UserError(`More than one run is named "${run}": ${found.join(', ')}. Give the folder's path.`);
  const known = names.length === 0 ? ' There are no runs yet.' : didYouMean(basename(run), names);
  throw new UserError(`No run "${run}": neither a run's folder nor a name under ${outputs}.${known}`);
}

async function folders(parent: string): Promise<string[]> {
  if (!existsSync(parent)) return [];
  const entries = await readdir(parent, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
