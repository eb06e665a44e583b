import { parseValue } from './override.js';
import { runName } from './runName.js';
import { fail } from './source.js';
import { most, readSweep, type Sweep } from './sweep.js';
import { toPlain } from './tree.js';

/** One run of a multirun. */
export interface Job {
  /** A folder's name that says what it has of the keys that differ: `lr-0.001_model-tiny`. */
  name: string;
  /** Its command line. */
  overrides: string[];
  /** Key → value, of the keys that differ between jobs. */
  values: Record<string, string>;
}

/** What a multirun's command line says. */
export interface MultirunPlan {
  /** A folder's name that says what varies and what is fixed: `multirun_lr-0.001+0.0003_epochs-5`. */
  name: string;
  jobs: Job[];
}

/**
 * Every combination once; the first key by name varies slowest. The order of the arguments matters for nothing. Throws `UsageError`.
 *
 * @param groups group → options, for glob
 * @param keys the configuration's dotted keys, of which names need the last part only
 */
export function planMultirun(
  assignments: readonly string[],
  groups: Readonly<Record<string, readonly string[]>>,
  keys: readonly string[],
): MultirunPlan {
  const sweeps = new Map<string, Sweep>();
  const fixed: string[] = [];
  for (const assignment of assignments) {
    const sweep = readSweep(assignment, groups);
    if (sweep) sweeps.set(sweep.key, { key: sweep.key, values: [...new Set(sweep.values)] });
    else fixed.push(assignment);
  }
  const sorted = [...sweeps.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const count = sorted.reduce((product, { values }) => product * values.length, 1);
  if (count > most) {
    const source = { override: assignments.join(' '), at: 0 };
    fail([
      {
        source,
        message: `makes ${count.toLocaleString('en')} runs; at most ${most.toLocaleString('en')} are possible`,
      },
    ]);
  }
  const varying = sorted.filter(({ values }) => values.length > 1);
  const jobs = product(sorted).map((all): Job => {
    const values = Object.fromEntries(varying.map(({ key }) => [bare(key), all.get(key) ?? '']));
    const changed = new Map(Object.entries(values).map(([key, text]) => [key, plainOf(text)]));
    const overrides = [...[...all].map(([key, value]) => `${key}=${value}`), ...fixed];
    return { name: changed.size === 0 ? 'job' : runName([], changed, keys), overrides, values };
  });
  const shown = sorted.map(({ key, values }): [string, string] => [
    bare(key),
    values.map((text) => String(plainOf(text))).join('+'),
  ]);
  return {
    name: runName(['multirun'], new Map([...shown, ...fixed.map((text): [string, string] => [text, 'none'])]), keys),
    // 1e-3 and 0.001 are one job.
    jobs: [...new Map(jobs.map((job) => [job.name, job])).values()],
  };
}

const bare = (key: string): string => key.replace(/^\+*/, '');
const plainOf = (text: string): unknown => toPlain(parseValue(text, { override: text, at: 0 }), undefined);

function product(sweeps: readonly Sweep[]): Map<string, string>[] {
  return sweeps.reduce<Map<string, string>[]>(
    (jobs, { key, values }) => jobs.flatMap((job) => values.map((value) => new Map([...job, [key, value]]))),
    [new Map()],
  );
}
