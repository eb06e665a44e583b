import { isRecord, UserError } from 'common/utils';
import { findKernels } from '../../kernel/install/index.js';
import type { Notebook } from '../format/index.js';
import type { RunOptions } from './runNotebook.js';

/** Kernels of TypeScript and JavaScript, whose notebooks ours runs. */
const ours = new Set(['atelier', 'deno', 'tslab', 'jslab', 'typescript', 'javascript']);

/** The command of the kernel that a notebook asks for: none for this repository's, else an installed one's. */
export async function kernelFor(
  { metadata }: Notebook,
  name?: string,
): Promise<Pick<RunOptions, 'argv' | 'env' | 'interruptMode'>> {
  const spec = isRecord(metadata.kernelspec) ? metadata.kernelspec : {};
  const wanted = name ?? (typeof spec.name === 'string' ? spec.name : 'atelier');
  if (ours.has(wanted) || (name === undefined && ours.has(String(spec.language)))) return {};
  const kernels = await findKernels();
  const found = kernels.find((kernel) => kernel.name === wanted);
  if (found) return { argv: found.argv, env: found.env, interruptMode: found.interruptMode };
  const names = [...new Set(['atelier', ...kernels.map((kernel) => kernel.name)])].join(', ');
  throw new UserError(`the kernel "${wanted}" is not installed here; there is ${names}. --kernel takes another.`);
}
