import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean } from '../utils/index.js';
import { fail, type Source } from './source.js';

/** Group (`model`, `optimizer/schedule`) → option → its file. The group '' holds the files that are configurations themselves. */
export type Groups = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The groups found in some folders (`<folder>/<group>/<option>.yaml`). Where two folders have an option, the first one's counts. */
export async function findGroups(folders: readonly string[]): Promise<Groups> {
  const groups = new Map<string, Map<string, string>>();
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const group = entry.parentPath.slice(folder.length + 1).replaceAll('\\', '/');
      const option = /^([^.].*)\.ya?ml$/.exec(entry.name)?.[1];
      if (option === undefined || entry.isDirectory()) continue;
      const options = groups.get(group) ?? new Map<string, string>();
      if (!options.has(option)) options.set(option, join(entry.parentPath, entry.name));
      groups.set(group, options);
    }
  }
  return sorted(groups);
}

/** Some groups with further ones, whose options count where the first have none of that name. */
export function joinGroups(first: Groups, more: Groups): Groups {
  const groups = new Map<string, Map<string, string>>();
  for (const [group, options] of [...more, ...first])
    groups.set(group, new Map([...(groups.get(group) ?? []), ...options]));
  return sorted(groups);
}

function sorted(groups: Groups): Groups {
  return new Map([...groups].sort().map(([group, options]) => [group, new Map([...options].sort())]));
}

/** The names of the groups; what lies beside them is no group. */
export function groupNames(groups: Groups): string[] {
  return [...groups.keys()].filter((group) => group !== '');
}

/** The file of a group's option; fails at `source` with what there is. */
export function optionFile(groups: Groups, group: string, option: string, source: Source): string {
  const options = groups.get(group);
  if (!options) {
    const known = groupNames(groups);
    const list =
      known.length > 0 ? `Groups: ${known.join(', ')}` : 'There are no groups: make config/<group>/<option>.yaml';
    const missing = group === '' ? `there is no file ${option}.yaml` : `there is no group "${group}"`;
    return fail([{ source, message: `${missing}.${didYouMean(group, known)} ${list}` }]);
  }
  const file = options.get(option);
  if (file !== undefined) return file;
  const known = [...options.keys()];
  const message =
    group === ''
      ? `there is no file ${option}.yaml.${didYouMean(option, known)} Files: ${known.join(', ')}`
      : `group ${group} has no option "${option}".${didYouMean(option, known)} Options: ${known.join(', ')}`;
  return fail([{ source, message }]);
}
