import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from 'common/utils';
import * as z from 'zod';
import { dataDirs } from './jupyterPaths.js';

const kernelSpec = z.object({
  argv: z.array(z.string()),
  display_name: z.string(),
  language: z.string().default(''),
  interrupt_mode: z.enum(['message', 'signal']).default('signal'),
  env: z.record(z.string(), z.string()).default({}),
});

export type InstalledKernel = {
  name: string;
  folder: string;
  displayName: string;
  language: string;
  argv: string[];
  env: Record<string, string>;
  interruptMode: 'message' | 'signal';
  /** Whether it starts this repository's kernel. */
  isOurs: boolean;
};

/** The kernels that Jupyter finds here, without asking Python; those that only another environment's Python knows are not among them. */
export async function findKernels(folders: readonly string[] = dataDirs()): Promise<InstalledKernel[]> {
  const found: InstalledKernel[] = [];
  for (const dataDir of folders) {
    const kernels = join(dataDir, 'kernels');
    const names = await readdir(kernels).catch(() => []);
    for (const name of names.sort()) {
      const folder = join(kernels, name);
      const spec = await readSpec(join(folder, 'kernel.json'));
      if (!spec) continue;
      const isOurs = spec.argv.some((part) => part.startsWith(join(projectRoot(), 'tools', 'kernel')));
      const { argv, env, language } = spec;
      const told = { displayName: spec.display_name, interruptMode: spec.interrupt_mode };
      found.push({ name, folder, argv, env, language, ...told, isOurs });
    }
  }
  return found;
}

async function readSpec(path: string): Promise<z.infer<typeof kernelSpec> | undefined> {
  try {
    return kernelSpec.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch {
    return undefined; // a folder that is no kernel
  }
}
