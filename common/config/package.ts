// Where an option's keys go. Hydra's rules (hydra/core/default_element.py).

interface Named {
  kind: 'group' | 'file';
  group: string;
  package: string | undefined;
}
interface Parent {
  group: string;
  package: readonly string[];
}

/**
 * The package of an entry of a defaults list: what stands after its @, relative to the file's own package; else the option's header
 * (`# @package a.b`), which is absolute; else the group's name below the file's package. `_global_` is the root, `_here_` the
 * file's own package, `_group_` the group's full name from the root.
 */
export function packageOf(entry: Named, parent: Parent, header?: readonly string[]): readonly string[] {
  if (entry.package === undefined) return header ?? [...parent.package, ...parts(entry.group.replace(/^\//, ''), '/')];
  if (entry.package === '_here_') return parent.package;
  const written = entry.package.replaceAll('_group_', `_global_.${fullGroup(entry, parent).replaceAll('/', '.')}`);
  const root = written.lastIndexOf('_global_');
  return root < 0 ? [...parent.package, ...parts(written, '.')] : parts(written.slice(root + '_global_'.length), '.');
}

/** What the command line calls the entry: its group, with `@package` where that is not the group's own name. */
export function groupKey(entry: Named, parent: Parent): string {
  const group = fullGroup(entry, parent);
  const place = packageOf(entry, parent).join('.');
  return place === group.replaceAll('/', '.') ? group : `${group}@${place || '_global_'}`;
}

function fullGroup({ group }: Named, parent: Parent): string {
  return group.startsWith('/') ? group.slice(1) : [parent.group, group].filter(Boolean).join('/');
}

const parts = (text: string, separator: string): string[] => text.split(separator).filter(Boolean);
