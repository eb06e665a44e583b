// Where runs live: assets/outputs/<paper>/<run name>, or the folder that --output names.
import { existsSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assetsDir, messageOf, UserError } from '../utils/index.js';

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

/** Whether a folder holds a run (finished, stopped or still going), and not merely what one leaves that was killed before it had a config. */
export function isRunFolder(folder: string): boolean {
  const checkpoints = join(folder, 'checkpoints');
  return existsSync(join(folder, 'config.yaml')) || (existsSync(checkpoints) && readdirSync(checkpoints).length > 0);
}
