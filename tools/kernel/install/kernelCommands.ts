import { resolve } from 'node:path';
import { didYouMean, UsageError, UserError } from 'common/utils';
import { prepareLanguage } from '../language/index.js';
import { findKernels } from './findKernels.js';
import { dataDirs, prefixDataDir, userDataDir } from './jupyterPaths.js';
import { removeKernelSpec, writeKernelSpec } from './kernelSpec.js';

export type PlaceFlags = { user?: true; prefix?: string; name: string };
export type InstallFlags = PlaceFlags & { displayName?: string; prepare?: boolean };

/** `atelier kernel install`. */
export async function install(flags: InstallFlags): Promise<void> {
  const dataDir = place(flags) ?? userDataDir();
  const folder = await writeKernelSpec(dataDir, flags.name, flags.displayName);
  const hint = dataDirs().includes(dataDir) ? '' : ` Jupyter of ${flags.prefix} finds it there.`;
  process.stdout.write(`installed in ${folder}.${hint}\n`);
  if (flags.prepare === false) return;
  process.stderr.write('reading the types of common once, so that notebooks start quickly …\n');
  await prepareLanguage();
}

/** `atelier kernel uninstall`: without a place, wherever the kernel of that name is one of this repository. */
export async function uninstall(flags: PlaceFlags): Promise<void> {
  const dataDir = place(flags);
  const kernels = await findKernels(dataDir === undefined ? dataDirs() : [dataDir]);
  const found = kernels.filter(
    ({ name, isOurs }) => name === flags.name.toLowerCase() && (isOurs || dataDir !== undefined),
  );
  if (found.length === 0) {
    const names = kernels.filter(({ isOurs }) => isOurs).map(({ name }) => name);
    throw new UserError(`no kernel "${flags.name}" of this repository is installed${didYouMean(flags.name, names)}`);
  }
  for (const { folder } of found) {
    await removeKernelSpec(folder);
    process.stdout.write(`removed ${folder}\n`);
  }
}

/** `atelier kernel list`. */
export async function list(flags: { json?: true }): Promise<void> {
  const kernels = await findKernels();
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(kernels, undefined, 2)}\n`);
    return;
  }
  if (kernels.length === 0) process.stdout.write('no kernel is installed; atelier kernel install adds this one\n');
  const width = Math.max(0, ...kernels.map(({ name }) => name.length));
  for (const { name, folder, displayName, isOurs } of kernels)
    process.stdout.write(`${isOurs ? '*' : ' '} ${name.padEnd(width)}  ${displayName}  ${folder}\n`);
}

function place({ user, prefix }: PlaceFlags): string | undefined {
  if (user && prefix !== undefined) throw new UsageError('--user and --prefix exclude each other');
  if (prefix !== undefined) return prefixDataDir(resolve(prefix));
  return user ? userDataDir() : undefined;
}
