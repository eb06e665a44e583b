// What a run ran on, for environment.json.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { projectRoot } from '../utils/index.js';

/** Versions of what computes: part of a checkpoint, since another version may round differently. */
export function versions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const ort: { version?: string } = JSON.parse(readFileSync(require.resolve('onnxruntime-node/package.json'), 'utf8'));
  return {
    node: process.version,
    tfjs: tf.version_core,
    'onnxruntime-node': String(ort.version),
    backend: tf.getBackend(),
  };
}

/** Versions, machine, threads, git commit and command line. */
export function environment(): Record<string, unknown> {
  const all = cpus();
  return {
    versions: versions(),
    platform: `${process.platform} ${process.arch}`,
    cpu: all[0]?.model ?? 'unknown',
    threads: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    git: gitCommit(),
    command: process.argv.slice(1),
    started: new Date().toISOString(),
  };
}

/** Commit and whether the work tree differs from it, or null outside a clone. */
function gitCommit(): { commit: string; changed: boolean } | null {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: join(projectRoot()),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    return { commit: git('rev-parse', 'HEAD'), changed: git('status', '--porcelain', '--untracked-files=no') !== '' };
  } catch {
    return null;
  }
}
