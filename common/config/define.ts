import { basename, join, resolve } from 'node:path';
import type * as z from 'zod';
import { UsageError } from '../utils/index.js';
import { type Arguments, parseArguments, type RunOptions } from './arguments.js';
import { check, dottedKeys } from './check.js';
import { argumentsOf, type CommandLine, chosenOptions, nothingGiven, readCommandLine } from './commandLine.js';
import { type Composition, compose, overlay } from './compose.js';
import { describeConfig } from './describe.js';
import { differences, isBelow, leadingOptions, plainOf } from './differences.js';
import { findRun } from './findRun.js';
import { groupNames } from './groups.js';
import { resolveInterpolations } from './interpolate.js';
import { allGroups, findPrimary } from './primary.js';
import { PrintAndExit } from './printAndExit.js';
import { reportUncaught } from './report.js';
import { deepFreeze, toYaml } from './resolved.js';
import { readOverrides, refuseChanges } from './resume.js';
import { runName } from './runName.js';
import { savedCopy } from './saved.js';
import { shapeOf } from './shape.js';
import { flatten } from './tree.js';
import { readYaml } from './yamlFile.js';

export interface ConfigInfo {
  /** The paper's folder, absolute. */
  dir: string;
  /** The paper's name: its folder's. */
  name: string;
  /** The arguments, sorted and normalised: given again they make the same configuration. */
  overrides: readonly string[];
  /** Group → the option taken, null for none. */
  choices: ReadonlyMap<string, string | null>;
  /** Dotted key → value, for all that differs from the configuration without overrides (undefined where the key is gone). */
  differences: ReadonlyMap<string, unknown>;
  /** `digits_lr-0.001_seed-1`: a folder name that says what differs; with `resume` the resumed run's own. */
  runName: string;
  /** `--resume` and `--output`, as absolute paths. */
  options: RunOptions;
  /** The configuration as it may be written to files: what came from the environment is `${env:NAME}` again, not its value. */
  saved: unknown;
  /** `saved` as YAML, every default written out. */
  yaml: string;
}

const infos = new WeakMap<object, ConfigInfo>();

/**
 * Composes, overrides and checks a paper's configuration, before any data or model is touched.
 *
 * Reads `<dir>/config.yaml` (or the file of `--config`, `--config-name`) and the groups of its `defaults:` list (see `compose`), lays the
 * overrides of `argv` on it (`optimizer.lr=1e-3`, `+k=v`, `++k=v`, `~k`, `model=small` and `model@teacher=large` for a group's option;
 * their order does not matter, of two for one key the last counts), resolves `${…}` (see `resolveInterpolations`) and parses it with the
 * zod schema, whose maps are all taken as strict. `--resume <run>` takes the run's saved copy instead of composing; overrides must then
 * agree with it, but for the keys of `--force`.
 *
 * @param groups further folders of groups, searched after `<dir>/config`
 * @returns the schema's type, deeply frozen; `configInfo` tells where it came from
 * @throws UserError, UsageError naming the file, line and column or the override; PrintAndExit for `--help` and `--print-config`
 */
export async function defineConfig<S extends z.ZodType>({
  schema,
  dir: folder,
  argv,
  groups: folders = [],
}: {
  schema: S;
  dir: string;
  argv?: readonly string[];
  groups?: readonly string[];
}): Promise<z.infer<S>> {
  if (argv === undefined) reportUncaught();
  const dir = resolve(folder);
  const shape = shapeOf(schema);
  const keys = dottedKeys(shape);
  const words = argv ?? process.argv.slice(2);
  const primary = await findPrimary(dir, parseArguments(words, keys));
  const groups = await allGroups(dir, primary.file, folders, shape);
  const args = parseArguments(words, [...keys, ...groupNames(groups.all)]);
  const given = readCommandLine(args.assignments, groups.own, groups.offered);
  const composition: Composition = { primary: primary.file, groups: groups.all, shape };
  if (args.help) {
    const { helpText } = await import('./help.js'); // its tables are needed for nothing else
    throw new PrintAndExit(await helpText(dir, composition, await compose(composition, given)));
  }
  if (args.multirun && !args.describe)
    throw new UsageError(`-m makes several runs; start them with atelier train ${basename(dir)} -m …`);

  const options = await locateFolders(args.options, basename(dir));
  const usual = { ...composition, primary: join(dir, 'config.yaml') };
  const unchanged = await plainOf(() => compose(usual), schema, shape);
  let made: Made<z.infer<S>>;
  if (options.resume === undefined) {
    const composed = await compose(composition, given);
    const tree = resolveInterpolations(composed.tree, shape);
    const config = check(tree, schema, shape);
    const saved = savedCopy(config, tree);
    const selected = await plainOf(() => compose(composition, { ...given, overrides: [] }), schema, shape);
    const changed = [...differences(selected.values, flatten(saved))].filter(([key]) =>
      given.overrides.some((override) => isBelow(key, override.key)),
    );
    const label = primary.label === undefined ? [] : [primary.label];
    const name = runName([...label, ...leadingOptions(composed.choices, unchanged.choices)], new Map(changed), keys);
    const overrides = [...(primary.argument === undefined ? [] : [primary.argument]), ...argumentsOf(given, saved)];
    made = { config, saved, choices: composed.choices, overrides, runName: name };
  } else {
    if (primary.argument !== undefined)
      throw new UsageError("--resume goes on with the run's own configuration: leave out --config and --config-name");
    made = await resumed(
      options.resume,
      options.force ?? [],
      schema,
      composition,
      given,
      unchanged.choices,
      (assignments) => readCommandLine(assignments, groups.own, groups.offered),
    );
  }
  const config = deepFreeze(made.config);
  if (typeof config !== 'object' || config === null) throw new Error('the schema of a configuration must be an object');
  const info: ConfigInfo = {
    ...{ dir, name: basename(dir), options, saved: made.saved, overrides: made.overrides, choices: made.choices },
    runName: made.runName,
    differences: differences(unchanged.values, flatten(made.saved)),
    yaml: toYaml(made.saved),
  };
  infos.set(config, info);
  if (args.describe) throw new PrintAndExit(await describeConfig(info, composition));
  if (args.printConfig) throw new PrintAndExit(info.yaml);
  return config;
}

interface Made<C> extends Pick<ConfigInfo, 'overrides' | 'choices' | 'runName' | 'saved'> {
  config: C;
}

/** The configuration of a run that goes on. */
async function resumed<S extends z.ZodType>(
  run: string,
  force: readonly string[],
  schema: S,
  { shape }: Composition,
  given: CommandLine,
  usual: ConfigInfo['choices'],
  read: (assignments: readonly string[]) => CommandLine,
): Promise<Made<z.infer<S>>> {
  const overrides = await readOverrides(run);
  const choices = new Map([...usual, ...chosenOptions(read(parseArguments(overrides).assignments))]);
  const { tree: written } = await readYaml(join(run, 'config.yaml'));
  const isForced = ({ key }: { key: string }) => force.some((name) => isBelow(key, name));
  const idle = force.find((name) => !given.overrides.some(({ key }) => isBelow(key, name)));
  if (idle !== undefined)
    throw new UsageError(`--force ${idle} takes the key from the command line: give it there, ${idle}=value`);
  const forced = agreeing(given).filter(isForced);
  const tree = resolveInterpolations(overlay(written, forced, shape), shape);
  const config = check(tree, schema, shape);
  const asked = check(resolveInterpolations(overlay(written, agreeing(given), shape), shape), schema, shape);
  const chosen = differences(choices, new Map([...choices, ...chosenOptions(given)]));
  refuseChanges(
    run,
    new Map([...choices, ...flatten(config)]),
    new Map([...chosen, ...differences(flatten(config), flatten(asked))]),
  );
  const saved = savedCopy(config, tree);
  const changed = argumentsOf({ ...nothingGiven, overrides: forced }, saved);
  const kept = overrides.filter((line) => !forced.some(({ key }) => line.replace(/^[+~]*/, '').startsWith(`${key}=`)));
  return { config, saved, choices, overrides: [...kept, ...changed].sort(), runName: basename(run) };
}

/** On a run's own copy `+k=v` is `k=v`, and what `~k` took out is gone already. */
function agreeing({ overrides }: CommandLine): CommandLine['overrides'] {
  return overrides.flatMap((override) => (override.kind === 'delete' ? [] : [{ ...override, kind: 'set' as const }]));
}

/** What `defineConfig` knows about a configuration that it made. */
export function configInfo(config: object): ConfigInfo {
  const info = infos.get(config);
  if (!info) throw new Error('not a configuration made by defineConfig (copies of one do not count)');
  return info;
}

async function locateFolders({ resume, output, force }: Arguments['options'], paper: string): Promise<RunOptions> {
  return {
    ...(resume === undefined ? {} : { resume: await findRun(resume, paper) }),
    ...(output === undefined ? {} : { output: resolve(output) }),
    ...(force === undefined ? {} : { force }),
  };
}
