import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { didYouMean, shortPath, UserError } from '../utils/index.js';
import { commonGroups } from './commonGroups.js';
import { findGroups, type Groups, joinGroups } from './groups.js';
import type { Shape } from './shape.js';

/** The file that composing begins with. */
export interface Primary {
  file: string;
  /** For run names: undefined for the paper's config.yaml. */
  label: string | undefined;
  /** The option that chose it, for overrides.txt. */
  argument: string | undefined;
}

/** `<dir>/config.yaml`, or the file of `--config`, or that of `--config-name` in the paper's folder or its config/. */
export async function findPrimary(
  dir: string,
  { config, configName }: { config?: string; configName?: string },
): Promise<Primary> {
  if (config !== undefined) {
    const file = [resolve(config), resolve(dir, config)].find(existsSync);
    if (file === undefined) throw new UserError(`--config ${config}: there is no such file`);
    return { file, label: basename(file).replace(/\.ya?ml$/, ''), argument: `--config=${shortPath(file)}` };
  }
  if (configName === undefined) return { file: join(dir, 'config.yaml'), label: undefined, argument: undefined };
  const name = configName.replace(/\.ya?ml$/, '');
  const known = await configFiles(dir);
  const file = known.get(name);
  if (file === undefined)
    throw new UserError(
      `--config-name ${configName}: there is no ${name}.yaml in ${shortPath(dir)} or its config/.${didYouMean(name, known.keys())} Names: ${[...known.keys()].join(', ')}`,
    );
  return name === 'config'
    ? { file, label: undefined, argument: undefined }
    : { file, label: name, argument: `--config-name=${name}` };
}

/** Name → file, of the configurations in a paper's folder and in its config/. */
export async function configFiles(dir: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const folder of [join(dir, 'config'), dir])
    for (const name of (await readdir(folder).catch(() => [])).sort())
      if (/^[^.].*\.ya?ml$/.test(name)) files.set(name.replace(/\.ya?ml$/, ''), join(folder, name));
  return files;
}

/** The paper's own groups, those of further folders, and those of common/config that fit the schema. */
export async function allGroups(
  dir: string,
  primary: string,
  folders: readonly string[],
  shape: Shape,
): Promise<{ own: Groups; offered: Groups; all: Groups }> {
  const found = await findGroups([join(dir, 'config'), ...folders]);
  const beside = dirname(primary) === dir ? new Map<string, string>() : await configFiles(dirname(primary));
  const roots = new Map([...(found.get('') ?? []), ...(await configFiles(dir)), ...beside]);
  const own = new Map([...found, ['', roots] as const]);
  const offered = await commonGroups(shape);
  return { own, offered, all: joinGroups(own, offered) };
}
