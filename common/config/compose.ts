import { join } from 'node:path';
import { type Groups, optionFile } from './groups.js';
import type { Override } from './override.js';
import type { Shape } from './shape.js';
import { fail, type Source, shortPath } from './source.js';
import { type MapTree, merge, nest, type Tree } from './tree.js';
import { readYaml } from './yamlFile.js';

/** What the command line chose for a group: an option, or null for none. */
export type Selections = ReadonlyMap<string, { option: string | null; source: Source }>;

export interface Composed {
  tree: Tree;
  /** Group → the option that was taken. */
  choices: ReadonlyMap<string, string | null>;
}

/** One line of a `defaults:` list: the file's own keys, or a group's option. */
interface DefaultsEntry {
  self: boolean;
  group: string;
  option: string | null;
  optional: boolean;
  source: Source;
}

/**
 * Composes `<dir>/config.yaml` and the options that its `defaults:` list names, in the list's order; what comes later wins.
 * `_self_` stands for the file's own keys; where the list does not say it, it is last, as in Hydra. An option's keys go below its
 * group's name (`config/model/tiny.yaml` → `model.…`), or where its header says: `# @package _global_` is the root. Option files
 * may have `defaults:` of their own. A selected group that no list names is added at the end. Overrides of keys come last.
 */
export async function compose(
  dir: string,
  groups: Groups,
  shape: Shape,
  selections: Selections = new Map(),
  overrides: readonly Override[] = [],
): Promise<Composed> {
  const choices = new Map<string, string | null>();
  let tree: Tree | undefined;

  async function load(file: string, group: string, path: readonly string[], stack: readonly string[]): Promise<void> {
    const { tree: body, header } = await readYaml(file);
    if (stack.includes(file))
      fail([{ source: body.source, message: `a circle of defaults: ${[...stack, file].map(shortPath).join(' → ')}` }]);
    const inPackage = header.package ?? path;
    const entries = readDefaults(body, group);
    for (const entry of entries) {
      if (entry.self) tree = merge(tree, nest(inPackage, body), shape);
      else await choose(entry, selections.get(entry.group), [...stack, file]);
    }
  }

  async function choose(
    entry: DefaultsEntry,
    selection: { option: string | null; source: Source } | undefined,
    stack: readonly string[],
  ) {
    const { option, source } = selection ?? entry;
    choices.set(entry.group, option);
    if (option === null) return;
    if (selection === undefined && entry.optional && !groups.get(entry.group)?.has(option)) return;
    await load(optionFile(groups, entry.group, option, source), entry.group, entry.group.split('/'), stack);
  }

  const primary = join(dir, 'config.yaml');
  await load(primary, '', [], []);
  for (const [group, { option, source }] of selections)
    if (!choices.has(group))
      await choose({ self: false, group, option, optional: false, source }, { option, source }, [primary]);
  if (tree === undefined) throw new Error('config.yaml composed to nothing');
  return { tree: overlay(tree, overrides, shape), choices };
}

/** A configuration with overrides of keys laid on it, in their order. */
export function overlay(tree: Tree, overrides: readonly Override[], shape: Shape): Tree {
  return overrides.reduce((below, { path, value }) => merge(below, nest(path, value), shape), tree);
}

/** Takes the `defaults` list out of a file's tree. Group names are relative to the file's own group, or absolute after a slash. */
function readDefaults(body: MapTree, group: string): DefaultsEntry[] {
  const list = body.entries.get('defaults');
  body.entries.delete('defaults');
  const source = list?.source ?? body.source;
  const self: DefaultsEntry = { self: true, group: '', option: null, optional: false, source };
  if (list === undefined) return [self];
  if (list.value.kind !== 'list') return fail([{ source: list.value.source, message: 'defaults must be a list' }]);
  const entries = list.value.items.map((item) => readEntry(item, group) ?? self);
  if (entries.filter((entry) => entry.self).length > 1) fail([{ source, message: '_self_ is in this list twice' }]);
  return entries.includes(self) ? entries : [...entries, self];
}

function readEntry(item: Tree, group: string): DefaultsEntry | undefined {
  const { source } = item;
  if (item.kind === 'scalar' && item.value === '_self_') return undefined;
  if (item.kind === 'scalar' && typeof item.value === 'string' && group !== '')
    return { self: false, group, option: item.value, optional: false, source };
  const [pair, more] = item.kind === 'map' ? [...item.entries] : [];
  const value = pair?.[1].value;
  const words = /^(optional )?(\/?)([\w/-]+)$/.exec(pair?.[0] ?? '');
  if (!words || more || value?.kind !== 'scalar') {
    const message = 'an entry of defaults is "group: option", "group: null", "optional group: option" or _self_';
    return fail([{ source, message }]);
  }
  const [, optional, slash, name = ''] = words;
  const full = slash || group === '' ? name : `${group}/${name}`;
  const option = value.value === null ? null : String(value.value);
  return { self: false, group: full, option, optional: optional !== undefined, source: value.source };
}
