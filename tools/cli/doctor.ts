import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { assetsDir } from 'common/utils';
import { probeProviders } from './providers.js';

export interface Check {
  name: string;
  value: string;
  /** What to do, where something is missing. */
  problem?: string;
  /** Why something is missing that can be done without. */
  absent?: string;
}

/** What this machine has of what is needed. */
export async function diagnose(): Promise<Check[]> {
  return [node(), { name: 'machine', value: machine() }, await onnxruntime(), ...(await engine()), await disk()];
}

/** Prints it, one line each; exit code 1 where something that is needed is missing. */
export async function doctor(): Promise<void> {
  const checks = await diagnose();
  for (const { name, value, problem, absent } of checks) {
    const mark = problem !== undefined ? 'NO ' : absent !== undefined ? ' – ' : 'ok ';
    const more = problem ?? absent;
    process.stdout.write(`${mark} ${name.padEnd(13)} ${value}${more ? `\n    ${more}` : ''}\n`);
  }
  if (checks.some(({ problem }) => problem !== undefined)) process.exitCode = 1;
}

function node(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  return { name: 'node', value: process.version, problem: enough ? undefined : 'Node 20.19 or later is needed.' };
}

function machine(): string {
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  return `${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} cores, ${gib(freemem())} of ${gib(totalmem())} GiB memory free`;
}

async function onnxruntime(): Promise<Check> {
  try {
    const ort = await import('onnxruntime-node');
    const known = ort
      .listSupportedBackends()
      .map(({ name, bundled }) => (bundled ? name : `${name} (not in the package)`));
    const path = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
    const { version }: { version: string } = JSON.parse(readFileSync(path, 'utf8'));
    return { name: 'onnxruntime', value: `${version}, built for ${known.join(', ')}` };
  } catch (error) {
    const value = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return {
      name: 'onnxruntime',
      value,
      problem: 'Its binary cannot be loaded: run npm install again on this machine.',
    };
  }
}

/** The tensor engine: its backends and threads, and where ONNX Runtime computes here. */
async function engine(): Promise<Check[]> {
  try {
    const [tf, { engineSettings }] = [await import('@tensorflow/tfjs-core'), await import('common/backend')];
    const { threads, provider } = engineSettings();
    const backends = Object.keys(tf.engine().registryFactory);
    const found: Check[] = [
      { name: 'tfjs', value: `${tf.version_core}, backends ${backends.join(', ')}; in use: ${tf.getBackend()}` },
      { name: 'threads', value: `${threads} an operator (ATELIER_THREADS changes it)` },
    ];
    for (const { name, missing } of await probeProviders()) {
      const value =
        missing === undefined ? `computes${name === provider ? ', in use' : ''}` : `missing: ${missing.reason}`;
      const kind = name === 'cpu' ? 'problem' : 'absent';
      found.push({ name, value, ...(missing && { [kind]: missing.need }) });
    }
    return found;
  } catch (error) {
    const value = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return [{ name: 'tfjs', value, problem: 'The tensor engine cannot be loaded.' }];
  }
}

async function disk(): Promise<Check> {
  let folder = assetsDir();
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / 2 ** 30;
  const problem = free < 1 ? 'Less than 1 GiB is free: checkpoints and data sets may not fit.' : undefined;
  return { name: 'disk', value: `${free.toFixed(1)} GiB free for ${assetsDir()}`, problem };
}
