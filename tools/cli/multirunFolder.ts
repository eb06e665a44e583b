// A multirun's folder: multirun.json, and a folder for each job.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isMultirun, type Job, planMultirun } from 'common/config';
import { assetsDir, didYouMean, shortPath, UserError, writeFileAtomic } from 'common/utils';
import { describePaper } from './describePaper.js';

export type JobStatus = 'waiting' | 'running' | 'done' | 'failed' | 'stopped';

export interface MultirunJob extends Job {
  status: JobStatus;
  /** Of the last attempt that failed; null: a signal ended it. */
  exitCode?: number | null;
  /** Of all attempts. */
  seconds?: number;
}

export interface Multirun {
  folder: string;
  paper: string;
  /** What every job's command line begins with: `--config-name=…`. */
  common: string[];
  jobs: MultirunJob[];
}

/** Checks every combination with the paper's schema, then makes the folder: two commands never get the same one. */
export async function createMultirun(
  dir: string,
  common: string[],
  assignments: readonly string[],
  output: string | undefined,
): Promise<Multirun> {
  const { keys, groups } = await describeGroups(dir, common);
  const plan = planMultirun(assignments, groups, [...Object.keys(keys), ...Object.keys(groups)]);
  for (const { overrides } of plan.jobs) await describePaper(dir, [...common, ...overrides]);
  const paper = basename(dir);
  const folder =
    output === undefined ? await newFolder(join(assetsDir(), 'outputs', paper), plan.name) : resolve(output);
  await mkdir(folder, { recursive: true });
  const holds = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  if (holds.length > 0)
    throw new UserError(
      isMultirun(folder)
        ? `${shortPath(folder)} holds a multirun already. Go on with it: -m --resume ${shortPath(folder)}`
        : `--output ${output} is not an empty folder`,
    );
  const run = { folder, paper, common, jobs: plan.jobs.map((job): MultirunJob => ({ ...job, status: 'waiting' })) };
  await saveMultirun(run);
  return run;
}

/** The paper's keys and groups, also where its configuration is complete with overrides only. */
async function describeGroups(dir: string, common: readonly string[]) {
  try {
    return await describePaper(dir, common);
  } catch (error) {
    if (error instanceof Error && error.name === 'UserError') return { keys: {}, groups: {} };
    throw error;
  }
}

async function newFolder(parent: string, name: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const folder = join(parent, attempt === 1 ? name : `${name}-${attempt}`);
    try {
      await mkdir(folder); // fails where it exists: this is what makes it ours
      return folder;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

/** A multirun by its folder, or by its name under `assets/outputs/<paper>`. */
export async function findMultirun(name: string, paper: string): Promise<Multirun> {
  const outputs = join(assetsDir(), 'outputs', paper);
  const folder = [resolve(name), join(outputs, name)].find(isMultirun);
  if (folder === undefined) {
    const entries = existsSync(outputs) ? await readdir(outputs) : [];
    const known = entries.filter((entry) => isMultirun(join(outputs, entry)));
    const all = known.length > 0 ? ` Multiruns: ${known.join(', ')}` : ' There are none yet.';
    throw new UserError(
      `No multirun "${name}": neither a folder with multirun.json nor a name in ${shortPath(outputs)}.${didYouMean(basename(name), known)}${all}`,
    );
  }
  const path = join(folder, 'multirun.json');
  try {
    return { ...checked(JSON.parse(await readFile(path, 'utf8'))), folder };
  } catch {
    throw new UserError(`${shortPath(path)} is damaged. Its jobs can be resumed one by one: --resume <folder>`);
  }
}

/** What multirun.json holds, as far as going on depends on it. */
function checked(value: unknown): Omit<Multirun, 'folder'> {
  const saved = value as Omit<Multirun, 'folder'> & { format: number }; // our own file, written atomically
  const isWhole = (job: MultirunJob) =>
    typeof job.name === 'string' && job.overrides.every((text) => typeof text === 'string');
  if (saved.format !== 1 || !saved.jobs.every(isWhole)) throw new Error('not a multirun');
  return { paper: saved.paper, common: saved.common, jobs: saved.jobs };
}

export async function saveMultirun({ folder, ...rest }: Multirun): Promise<void> {
  await writeFileAtomic(join(folder, 'multirun.json'), `${JSON.stringify({ format: 1, ...rest }, null, 2)}\n`);
}
