import { basename } from 'node:path';
import { type Arguments, parseArguments } from 'common/config';
import { shortPath, UsageError } from 'common/utils';
import { createMultirun, findMultirun, type Multirun, saveMultirun } from './multirunFolder.js';
import { runJobs } from './multirunJobs.js';
import { reportMultirun } from './multirunReport.js';

/**
 * `atelier train <paper> -m lr=1e-3,3e-4 model=tiny,small`: a run for each combination, in a folder each below one folder. Every
 * combination is checked before the first one starts. A job that fails does not stop the others (`--fail-fast`: it does); Ctrl-C stops all
 * of them with their checkpoints. `-m --resume <multirun>` skips what is finished, goes on with what is half done, and tries again
 * what failed. At the end stand a table, summary.csv and summary.png.
 *
 * @param dir the paper's folder
 * @param argv what follows the paper on the command line
 * @returns the exit code: 0, 1 where a job failed, 130 or 143 where a signal stopped it
 */
export async function multirun(dir: string, argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv);
  const { lockRun } = await import('common/training');
  const run = await open(dir, args);
  const release = await lockRun(run.folder);
  try {
    // Another process may have gone on with it until just now.
    const current = args.options.resume === undefined ? run : await findMultirun(run.folder, basename(dir));
    const waiting = current.jobs.filter((job) => job.status !== 'done');
    say(`${shortPath(current.folder)}: ${current.jobs.length} runs, ${waiting.length} to do`);
    const signal = await runJobs(dir, current, { jobs: args.jobs, failFast: args.failFast });
    await saveMultirun(current);
    say(await reportMultirun(current));
    const left = current.jobs.filter((job) => job.status !== 'done');
    for (const job of left) if (job.status === 'failed') say(`failed: ${job.name} (${reason(job.exitCode)})`);
    if (left.length > 0)
      say(`Go on with the rest:\n  npx atelier train ${basename(dir)} -m --resume ${shortPath(current.folder)}`);
    if (signal !== undefined) return signal;
    return left.length > 0 ? 1 : 0;
  } finally {
    await release();
  }
}

async function open(dir: string, { options, assignments, config, configName }: Arguments): Promise<Multirun> {
  const common = [
    ...(config === undefined ? [] : [`--config=${config}`]),
    ...(configName === undefined ? [] : [`--config-name=${configName}`]),
  ];
  if (options.resume === undefined) return createMultirun(dir, common, assignments, options.output);
  if (assignments.length + common.length > 0 || options.output !== undefined || options.force !== undefined)
    throw new UsageError(
      '-m --resume goes on with the multirun as it was begun: leave out everything but --jobs and --fail-fast',
    );
  return findMultirun(options.resume, basename(dir));
}

const reason = (code: number | null | undefined): string =>
  code === null || code === undefined ? 'ended by a signal' : `exit code ${code}`;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
