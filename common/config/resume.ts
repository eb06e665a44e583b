import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { assetsDir, didYouMean, UsageError, UserError } from '../utils/index.js';
import { formatValue } from './override.js';
import { shortPath } from './source.js';

/**
 * The folder of a run (it holds a `config.yaml`) that was given as a path, also to a file in it, or by its name under
 * `assets/outputs/<paper>`, of any paper where none is given. Throws `UserError` with the nearest name.
 */
export async function findRun(run: string, paper?: string): Promise<string> {
  const path = resolve(run);
  const isRun = (folder: string) => existsSync(join(folder, 'config.yaml'));
  const around = [path, dirname(path), dirname(dirname(path))].filter((folder) => !isPaper(folder));
  const given = existsSync(path) ? around.find(isRun) : undefined;
  if (given !== undefined) return given;
  const outputs = join(assetsDir(), 'outputs');
  const runs: string[] = [];
  for (const each of paper === undefined ? await folders(outputs) : [join(outputs, paper)])
    runs.push(...(await folders(each)).filter(isRun));
  const found = runs.filter((folder) => basename(folder) === run || relative(outputs, folder) === run);
  if (found.length > 1) throw new UserError(`more than one run is called ${run}: ${found.map(shortPath).join(', ')}`);
  if (found[0] !== undefined) return found[0];
  if (existsSync(path)) throw new UserError(`${shortPath(path)} is not the folder of a run: it has no config.yaml`);
  const where = shortPath(paper === undefined ? outputs : join(outputs, paper));
  const names = runs.map((folder) => basename(folder));
  const hint = didYouMean(run, names);
  throw new UserError(`there is no run ${run}: no such folder, and none of this name in ${where}.${hint}`);
}

/** A paper's folder has a config.yaml too, but also the groups or the program that belong to it. */
function isPaper(folder: string): boolean {
  return existsSync(join(folder, 'train.ts')) || existsSync(join(folder, 'config'));
}

async function folders(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(parent, entry.name));
}

/** The overrides that a run was started with, from its overrides.txt (one a line); none where it has no such file. */
export async function readOverrides(run: string): Promise<string[]> {
  const text = await readFile(join(run, 'overrides.txt'), 'utf8').catch(() => '');
  return text.split(/\r?\n/).filter((line) => line.includes('='));
}

/**
 * A resumed run goes on as it began: its configuration is the saved one. Overrides on the same command line are taken when they change
 * nothing, and refused with what they would change. `before`: the run's keys and options; `asked`: what the overrides make different.
 */
export function refuseChanges(
  run: string,
  before: ReadonlyMap<string, unknown>,
  asked: ReadonlyMap<string, unknown>,
): void {
  if (asked.size === 0) return;
  const show = (value: unknown) => (value === undefined ? 'nothing' : formatValue(value));
  const lines = [...asked].map(([key, value]) => `  ${key}: ${show(before.get(key))} in the run, ${show(value)} here`);
  throw new UsageError(
    `--resume ${shortPath(run)} goes on with the run's own configuration, but the overrides differ from it:\n${lines.join('\n')}\n` +
      'Leave the overrides away, or start a new run without --resume.',
  );
}
