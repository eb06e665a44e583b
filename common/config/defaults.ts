// A file's `defaults:` list, read.
import { fail, type Source } from './source.js';
import type { MapTree, Tree } from './tree.js';

/** One line of a `defaults:` list: the file's own keys, a group's option (`model: tiny`), or a file by its name (`base`). */
export type Default =
  | { kind: 'self' }
  | {
      kind: 'group' | 'file';
      /** As written: relative to the file's own group, or absolute with a slash before. Empty for a file beside this one. */
      group: string;
      /** The options in order; null: none. Several ones for `model: [a, b]`. */
      options: readonly string[] | null;
      /** After the @, as written. */
      package: string | undefined;
      optional: boolean;
      override: boolean;
      source: Source;
    };

const form =
  'an entry of defaults is "group: option", "group@package: option", "group: null", "group: [option, option]", "optional group: option", "override group: option", the name of a file, or _self_';

/** Takes the list out of a file's tree. Without `_self_` the file's own keys are last, as in Hydra. */
export function readDefaults(body: MapTree): Default[] {
  const list = body.entries.get('defaults');
  body.entries.delete('defaults');
  if (list === undefined) return [{ kind: 'self' }];
  if (list.value.kind !== 'list') return fail([{ source: list.value.source, message: 'defaults must be a list' }]);
  const entries = list.value.items.map(readEntry);
  const selves = entries.filter((entry) => entry.kind === 'self');
  if (selves.length > 1) fail([{ source: list.source, message: '_self_ is in this list twice' }]);
  const first = entries.findIndex((entry) => entry.kind !== 'self' && entry.override);
  const late = entries.slice(first).findIndex((entry) => entry.kind !== 'self' && !entry.override);
  const after = list.value.items[first + late];
  if (first >= 0 && late >= 0 && after)
    fail([
      { source: after.source, message: 'comes after an override; overrides are the last entries of a defaults list' },
    ]);
  return selves.length > 0 ? entries : [...entries, { kind: 'self' }];
}

function readEntry(item: Tree): Default {
  const { source } = item;
  const refuse = (): never => fail([{ source, message: form }]);
  if (item.kind === 'scalar' && typeof item.value === 'string') {
    if (item.value === '_self_') return { kind: 'self' };
    const words = /^(optional )?(\/?(?:[\w-]+\/)*)([^\s@/]+)(?:@([\w.-]+))?$/.exec(item.value);
    if (!words) return refuse();
    const [, optional, group = '', option = '', pack] = words;
    const place = { group: group === '/' ? '/' : group.replace(/\/$/, ''), package: pack, source };
    return { kind: 'file', ...place, options: [option], optional: optional !== undefined, override: false };
  }
  const [pair, more] = item.kind === 'map' ? [...item.entries] : [];
  const words = /^((?:optional |override )*)(\/?[\w-]+(?:\/[\w-]+)*)(?:@([\w.-]+))?$/.exec(pair?.[0] ?? '');
  if (!words || more || !pair) return refuse();
  const [, keywords = '', group = '', pack] = words;
  const { value } = pair[1];
  return {
    kind: 'group',
    group,
    options: readOptions(value) ?? refuse(),
    package: pack,
    optional: keywords.includes('optional '),
    override: keywords.includes('override '),
    source: value.source,
    ...(value.kind === 'scalar' && value.value === null ? { options: null } : {}),
  };
}

/** The options of a value: one, or a list of them; undefined where it is neither. */
export function readOptions(value: Tree): string[] | undefined {
  const items = value.kind === 'list' ? value.items : [value];
  const names = items.flatMap((one) =>
    one.kind !== 'scalar' ? [] : [one.text ?? (one.value === null ? '' : String(one.value))],
  );
  return names.length === items.length ? names : undefined;
}
