import { readOptions } from './defaults.js';
import type { Deletions, Selection, Selections } from './defaultsTree.js';
import type { Groups } from './groups.js';
import { formatValue, normalise, type Override, parseOverride, prefixOf } from './override.js';
import { fail } from './source.js';
import { flatten, toPlain } from './tree.js';

/** What a command line says of the configuration. */
export interface CommandLine {
  /** Options of groups, sorted by group. */
  selections: Selections;
  /** Groups to take out. */
  deletions: Deletions;
  /** Keys, in their one order. */
  overrides: readonly Override[];
}

export const nothingGiven: CommandLine = { selections: new Map(), deletions: new Map(), overrides: [] };

/**
 * Tells the choices of groups (`model=small`, `model@teacher=large`) from the overrides of keys. `offered`: groups of common/config,
 * of which only an option's own name is a choice (`schedule=null` is the key).
 */
export function readCommandLine(assignments: readonly string[], own: Groups, offered: Groups): CommandLine {
  const selections = new Map<string, Selection>();
  const deletions = new Map<string, { option: string | undefined; source: Override['source'] }>();
  const overrides: Override[] = [];
  for (const assignment of assignments) {
    const override = parseOverride(assignment);
    const { kind, key, value, source } = override;
    const options = value === undefined ? undefined : readOptions(value);
    const [group = ''] = key.split('@');
    const isOwn = own.has(group) || key.includes('/') || key.includes('@');
    const isOffered =
      options?.every((option) => offered.get(group)?.has(option)) ?? (value === undefined && offered.has(group));
    if (!(isOwn || isOffered) || (value !== undefined && options === undefined)) overrides.push(override);
    else if (kind === 'delete') deletions.set(key, { option: options?.join(','), source });
    else if (kind === 'force') fail([{ source, message: `write ${group}=<option>, or +${group}=<option>` }]);
    else {
      const isNone = value?.kind === 'scalar' && value.value === null;
      const at = value?.source ?? source;
      selections.set(key, { options: isNone ? null : (options ?? null), source: at, add: kind === 'add' });
    }
  }
  return { selections: new Map([...selections].sort(byKey)), deletions, overrides: normalise(overrides) };
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** Group → the chosen options. */
export function chosenOptions({ selections }: CommandLine): Map<string, string | null> {
  return new Map([...selections].map(([key, { options }]) => [key, options?.join(',') ?? null]));
}

/** The arguments sorted and normalised, with the values of `saved`, so that given again they make the same configuration. */
export function argumentsOf({ selections, deletions, overrides }: CommandLine, saved: unknown): string[] {
  const values = flatten(saved);
  return [
    ...[...selections].map(
      ([key, { options, add }]) => `${add ? '+' : ''}${key}=${options === null ? 'null' : listed(options)}`,
    ),
    ...[...deletions].map(([key, { option }]) => `~${key}${option === undefined ? '' : `=${option}`}`),
    ...overrides.map(({ kind, key, value }) => {
      if (value === undefined) return `~${key}`;
      const shown = kind === 'delete' ? toPlain(value, undefined) : (values.get(key) ?? toPlain(value, undefined));
      return `${prefixOf(kind)}${key}=${formatValue(shown)}`;
    }),
  ].sort();
}

const listed = (options: readonly string[]): string =>
  options.length === 1 ? (options[0] ?? '') : `[${options.join(', ')}]`;
