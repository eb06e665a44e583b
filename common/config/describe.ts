import type { Composition } from './compose.js';
import type { ConfigInfo } from './define.js';
import { groupNames } from './groups.js';
import { configFiles } from './primary.js';
import type { Shape } from './shape.js';

/** What programs (completion, multirun) are told of a configuration: `train.ts --describe`, as JSON. */
export interface Description {
  name: string;
  runName: string;
  overrides: readonly string[];
  yaml: string;
  /** Dotted key → the values that may be written, where they are few. */
  keys: Record<string, readonly string[]>;
  /** Group → options. */
  groups: Record<string, readonly string[]>;
  /** The names that `--config-name` takes. */
  configs: readonly string[];
}

export async function describeConfig(info: ConfigInfo, { groups, shape }: Composition): Promise<string> {
  const description: Description = {
    ...{ name: info.name, runName: info.runName, overrides: info.overrides, yaml: info.yaml },
    keys: Object.fromEntries(keysOf(shape, '')),
    groups: Object.fromEntries(groupNames(groups).map((group) => [group, [...(groups.get(group)?.keys() ?? [])]])),
    configs: [...(await configFiles(info.dir)).keys()],
  };
  return JSON.stringify(description);
}

/** Every key that holds a value, with its options; of a choice the keys of all branches. */
function keysOf(shape: Shape, path: string, depth = 0): Map<string, readonly string[]> {
  const keys = new Map<string, readonly string[]>();
  if (depth > 8) return keys;
  const objects = shape.kind === 'object' ? [shape] : shape.kind === 'choice' ? [...shape.branches.values()] : [];
  if (objects.length === 0 && path !== '') keys.set(path, shape.kind === 'value' ? shape.options : []);
  for (const object of objects)
    for (const [key, of] of object.keys)
      for (const [name, options] of keysOf(of, path ? `${path}.${key}` : key, depth + 1)) keys.set(name, options);
  if (shape.kind === 'choice') keys.set(`${path}.${shape.by}`, [...shape.branches.keys()]);
  return keys;
}
