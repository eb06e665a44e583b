import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shortPath, UsageError } from '../utils/index.js';
import { formatValue } from './override.js';

/** The arguments that a run was started with, from its overrides.txt (one a line); none where it has no such file. */
export async function readOverrides(run: string): Promise<string[]> {
  const text = await readFile(join(run, 'overrides.txt'), 'utf8').catch(() => '');
  return text.split(/\r?\n/).filter((line) => /^~|=/.test(line));
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
      'Leave the overrides away, take them nevertheless with --force <key>, or start a new run without --resume.',
  );
}
