import { isDeepStrictEqual } from 'node:util';
import { didYouMean } from '../utils/index.js';
import { type CommandLine, nothingGiven } from './commandLine.js';
import { type DefaultsList, defaultsList } from './defaultsTree.js';
import type { Groups } from './groups.js';
import { formatValue, nestOverride, type Override } from './override.js';
import type { Shape } from './shape.js';
import { fail } from './source.js';
import { flatten, merge, nest, type Tree, toPlain, valueAt, without } from './tree.js';

/** What is composed: the primary file, the groups it may choose from, the schema's shape. */
export interface Composition {
  primary: string;
  groups: Groups;
  shape: Shape;
}

export interface Composed {
  /** Interpolations are not resolved yet. */
  tree: Tree;
  /** Group → the option that was taken. */
  choices: ReadonlyMap<string, string | null>;
}

/**
 * Composes the primary file and the options that its `defaults:` list names, in the list's order; what comes later wins. `_self_`
 * stands for the file's own keys; where the list does not say it, it is last. An option's keys go below its group's name
 * (`config/model/tiny.yaml` → `model.…`), below `@package`, or where its header says: `# @package _global_` is the root. Option
 * files may have `defaults:` of their own, with `override group: option`. A selected group that no list names is added at the end.
 * Overrides of keys come last. The rules are Hydra 1.3's; a map that makes another choice drops what files gave to the earlier one.
 */
export async function compose(
  { primary, groups, shape }: Composition,
  given: CommandLine = nothingGiven,
): Promise<Composed> {
  const { layers, choices, unused } = await defaultsList(primary, groups, given.selections, given.deletions);
  const tree = layers.reduce<Tree | undefined>(
    (below, { body, package: path }) => merge(below, nest(path, body), shape),
    undefined,
  );
  if (tree === undefined) throw new Error(`${primary} composed to nothing`);
  const keys = unused.map((key): Override => deletionOfKey(key, given, choices, tree));
  return { tree: overlay(tree, [...keys, ...given.overrides], shape), choices };
}

/** `~name` may mean a key as well, where no defaults list has a group of that name. */
function deletionOfKey(key: string, given: CommandLine, choices: DefaultsList['choices'], tree: Tree): Override {
  const { option, source } = given.deletions.get(key) ?? {};
  if (source === undefined) throw new Error(`${key} is not deleted`);
  const path = key.split('.');
  if (key.includes('/') || key.includes('@') || valueAt(tree, path) === undefined || option !== undefined) {
    const chosen = choices.get(key);
    const reason =
      chosen === undefined ? 'is chosen in no defaults list' : `has the option "${chosen}", not "${option}"`;
    const known = [...choices.keys()];
    fail([{ source, message: `the group ${key} ${reason}.${didYouMean(key, chosen === undefined ? known : [])}` }]);
  }
  return { kind: 'delete', key, path, value: undefined, source };
}

/** A configuration with overrides of keys laid on it, in their order. */
export function overlay(tree: Tree, overrides: readonly Override[], shape: Shape): Tree {
  return overrides.reduce((below, override) => apply(below, override, shape), tree);
}

function apply(tree: Tree, override: Override, shape: Shape): Tree {
  const { kind, key, path, value, source } = override;
  const there = valueAt(tree, path);
  const show = (of: Tree) => formatValue(toPlain(of, undefined));
  if (kind === 'delete') {
    if (there === undefined) {
      const known = [...flatten(toPlain(tree, shape)).keys()];
      return fail([{ source, message: `${key} is not in the configuration.${didYouMean(key, known)}` }]);
    }
    if (value && !isDeepStrictEqual(toPlain(there, undefined), toPlain(value, undefined)))
      fail([{ source: value.source, message: `${key} is ${show(there)}, not ${show(value)}` }]);
    return without(tree, path);
  }
  if (value === undefined) throw new Error(`${key} has no value`);
  const isEmpty = there === undefined || (there.kind === 'scalar' && there.value === null);
  if (kind === 'add' && !isEmpty && value.kind === 'scalar')
    fail([
      {
        source,
        message: `${key} is in the configuration already; write ${key}=${show(value)}, or ++${key}=${show(value)} for either case`,
      },
    ]);
  return merge(tree, nestOverride(override, value), shape);
}
