import { basename, join, resolve } from 'node:path';
import type * as z from 'zod';
import { parseArguments, type RunOptions } from './arguments.js';
import { check, dottedKeys } from './check.js';
import { compose, overlay, type Selections } from './compose.js';
import { differences, isBelow, leadingOptions, plainOf } from './differences.js';
import { findGroups, type Groups } from './groups.js';
import { helpText, PrintAndExit } from './help.js';
import { formatValue, normalise, type Override, parseOverride } from './override.js';
import { reportUncaught } from './report.js';
import { deepFreeze, toYaml } from './resolved.js';
import { findRun, readOverrides, refuseChanges } from './resume.js';
import { runName } from './runName.js';
import { shapeOf } from './shape.js';
import type { Source } from './source.js';
import { flatten, toPlain } from './tree.js';
import { readYaml } from './yamlFile.js';

export interface ConfigInfo {
  /** The paper's folder, absolute. */
  dir: string;
  /** The paper's name: its folder's. */
  name: string;
  /** The overrides, sorted and normalised: given again they make the same configuration. */
  overrides: readonly string[];
  /** Group → the option taken, null for none. */
  choices: ReadonlyMap<string, string | null>;
  /** Dotted key → value, for all that differs from the configuration without overrides (undefined where the key is gone). */
  differences: ReadonlyMap<string, unknown>;
  /** `digits_lr-0.001_seed-1`: a folder name that says what differs; with `resume` the resumed run's own. */
  runName: string;
  /** `--resume` and `--output`, as absolute paths. */
  options: RunOptions;
  /** The resolved configuration as YAML, every default written out. */
  yaml: string;
}

const infos = new WeakMap<object, ConfigInfo>();

/**
 * Composes, overrides and checks a paper's configuration, before any data or model is touched.
 *
 * Reads `<dir>/config.yaml` and the groups of its `defaults:` list (see `compose`), lays the overrides of `argv` on it
 * (`optimizer.lr=1e-3`, `model=small` for a group's option; their order does not matter, of two for one key the last counts) and parses it
 * with the zod schema, whose maps are all taken as strict. `--resume <run>` takes the run's resolved copy instead of composing;
 * overrides must then agree with it.
 *
 * @param groups further folders of groups, searched after `<dir>/config`
 * @returns the schema's type, deeply frozen; `configInfo` tells where it came from
 * @throws UserError, UsageError naming the file, line and column or the override; PrintAndExit for `--help` and `--print-config`
 */
export async function defineConfig<S extends z.ZodType>({
  schema,
  dir,
  argv,
  groups: folders = [],
}: {
  schema: S;
  dir: string;
  argv?: readonly string[];
  groups?: readonly string[];
}): Promise<z.infer<S>> {
  if (argv === undefined) reportUncaught();
  const shape = shapeOf(schema);
  const groups = await findGroups([join(dir, 'config'), ...folders]);
  const keys = dottedKeys(shape);
  const args = parseArguments(argv ?? process.argv.slice(2), [...keys, ...groups.keys()]);
  const { selections, overrides } = split(args.assignments, groups);
  if (args.help)
    throw new PrintAndExit(
      await helpText(dir, groups, shape, await compose(dir, groups, shape, selections, overrides)),
    );

  const options = await locateFolders(args.options, basename(resolve(dir)));
  const unchanged = await plainOf(() => compose(dir, groups, shape), schema, shape);
  const info = { dir: resolve(dir), name: basename(resolve(dir)), options };
  let made: Pick<ConfigInfo, 'overrides' | 'choices' | 'runName'> & { config: z.infer<S> };
  if (options.resume === undefined) {
    const { tree, choices } = await compose(dir, groups, shape, selections, overrides);
    const config = check(tree, schema, shape);
    const selected = await plainOf(() => compose(dir, groups, shape, selections), schema, shape);
    const changed = [...differences(selected.values, flatten(config))].filter(([key]) =>
      overrides.some(({ path }) => isBelow(key, path.join('.'))),
    );
    const name = runName(leadingOptions(choices, unchanged.choices), new Map(changed), keys);
    made = { config, choices, overrides: normalisedText(selections, overrides, config), runName: name };
  } else {
    const given = await readOverrides(options.resume);
    const choices = new Map([...unchanged.choices, ...optionsOf(split(given, groups).selections)]);
    const { tree } = await readYaml(join(options.resume, 'config.yaml'));
    const config = check(tree, schema, shape);
    const asked = check(overlay(tree, overrides, shape), schema, shape);
    const chosen = differences(choices, new Map([...choices, ...optionsOf(selections)]));
    refuseChanges(
      options.resume,
      new Map([...choices, ...flatten(config)]),
      new Map([...chosen, ...differences(flatten(config), flatten(asked))]),
    );
    made = { config, choices, overrides: given, runName: basename(options.resume) };
  }
  const config = deepFreeze(made.config);
  if (typeof config !== 'object' || config === null) throw new Error('the schema of a configuration must be an object');
  const { overrides: given, choices, runName: name } = made;
  const differing = differences(unchanged.values, flatten(config));
  infos.set(config, {
    ...info,
    overrides: given,
    choices,
    runName: name,
    differences: differing,
    yaml: toYaml(config),
  });
  if (args.printConfig) throw new PrintAndExit(toYaml(config));
  return config;
}

/** What `defineConfig` knows about a configuration that it made. */
export function configInfo(config: object): ConfigInfo {
  const info = infos.get(config);
  if (!info) throw new Error('not a configuration made by defineConfig (copies of one do not count)');
  return info;
}

/** Tells the choices of groups (`model=small`) from the overrides of keys. */
function split(assignments: readonly string[], groups: Groups): { selections: Selections; overrides: Override[] } {
  const selections = new Map<string, { option: string | null; source: Source }>();
  const overrides: Override[] = [];
  for (const assignment of assignments) {
    const override = parseOverride(assignment);
    const key = override.path.join('.');
    const { value } = override;
    if (value.kind !== 'scalar' || !(groups.has(key) || key.includes('/'))) overrides.push(override);
    else {
      const option = value.value === null ? null : (value.text ?? String(value.value));
      selections.set(key, { option, source: { override: assignment } });
    }
  }
  return { selections: new Map([...selections].sort(([a], [b]) => (a < b ? -1 : 1))), overrides: normalise(overrides) };
}

const optionsOf = (selections: Selections): [string, string | null][] =>
  [...selections].map(([group, { option }]) => [group, option]);

async function locateFolders({ resume, output }: RunOptions, paper: string): Promise<RunOptions> {
  return {
    ...(resume === undefined ? {} : { resume: await findRun(resume, paper) }),
    ...(output === undefined ? {} : { output: resolve(output) }),
  };
}

function normalisedText(selections: Selections, overrides: readonly Override[], config: unknown): string[] {
  const values = flatten(config);
  return [
    ...[...selections].map(([group, { option }]) => `${group}=${option ?? 'null'}`),
    ...overrides.map(
      ({ path, value }) => `${path.join('.')}=${formatValue(values.get(path.join('.')) ?? toPlain(value, undefined))}`,
    ),
  ].sort();
}
