import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean } from '../utils/index.js';
import { fail, type Source } from './source.js';

/** Group (`model`, `optimizer/schedule`) → option → its file. */
export type Groups = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The groups found in some folders (`<folder>/<group>/<option>.yaml`). Where two folders have an option, the first one's counts. */
export async function findGroups(folders: readonly string[]): Promise<Groups> {
  const groups = new Map<string, Map<string, string>>();
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const group = entry.parentPath.slice(folder.length + 1).replaceAll('\\', '/');
      const option = /^([^.].*)\.ya?ml$/.exec(entry.name)?.[1];
      if (group === '' || option === undefined || entry.isDirectory()) continue;
      const options = groups.get(group) ?? new Map<string, string>();
      if (!options.has(option)) options.set(option, join(entry.parentPath, entry.name));
      groups.set(group, options);
    }
  }
  for (const [group, options] of groups) groups.set(group, new Map([...options].sort()));
  return new Map([...groups].sort());
}

/** The file of a group's option; fails at `source` with what there is. */
export function optionFile(groups: Groups, group: string, option: string, source: Source): string {
  const options = groups.get(group);
  if (!options) {
    const known = [...groups.keys()];
    const list =
      known.length > 0 ? `Groups: ${known.join(', ')}` : 'There are no groups: make config/<group>/<option>.yaml';
    return fail([{ source, message: `there is no group "${group}".${didYouMean(group, known)} ${list}` }]);
  }
  const file = options.get(option);
  if (file !== undefined) return file;
  const known = [...options.keys()];
  const message = `group ${group} has no option "${option}".${didYouMean(option, known)} Options: ${known.join(', ')}`;
  return fail([{ source, message }]);
}
