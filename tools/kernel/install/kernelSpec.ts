import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError, UserError, writeFileAtomic } from 'common/utils';
import sharp from 'sharp';
import { kernelCommand } from '../client/kernelCommand.js';

export const DISPLAY_NAME = 'TypeScript (Atelier)';

/** Writes the kernelspec `name` into a Jupyter data folder and returns the spec's folder. An older one is replaced. */
export async function writeKernelSpec(dataDir: string, name = 'atelier', displayName = DISPLAY_NAME): Promise<string> {
  // jupyter_client takes nothing else as a name.
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    throw new UsageError(`a kernel's name is made of letters, digits, ".", "_" and "-"; not "${name}"`);
  const folder = join(dataDir, 'kernels', name.toLowerCase());
  const spec = {
    argv: kernelCommand(),
    display_name: displayName,
    language: 'typescript',
    interrupt_mode: 'message',
    kernel_protocol_version: '5.4',
    env: {},
    metadata: { debugger: false },
  };
  const svg = join(import.meta.dirname, 'logo.svg');
  try {
    await mkdir(folder, { recursive: true });
    await cp(svg, join(folder, 'logo-svg.svg'));
    for (const size of [32, 64]) {
      const png = await sharp(svg, { density: 288 }).resize(size, size).png().toBuffer();
      await writeFileAtomic(join(folder, `logo-${size}x${size}.png`), png);
    }
    await writeFileAtomic(join(folder, 'kernel.json'), `${JSON.stringify(spec, undefined, 2)}\n`);
  } catch (error) {
    throw new UserError(`the kernel cannot be installed in ${folder}: ${messageOf(error)}`);
  }
  return folder;
}

/** Removes a kernelspec's folder. */
export async function removeKernelSpec(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`${folder} cannot be removed: ${messageOf(error)}`);
  }
}
