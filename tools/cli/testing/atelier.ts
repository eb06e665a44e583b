import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';

export type Outcome = { code: number | null; stdout: string; stderr: string };
export type Running = { child: ChildProcessWithoutNullStreams; done: Promise<Outcome> };

/** Starts `atelier …` in a process of its own, with these environment variables beside ours. */
export function startAtelier(args: readonly string[], env: NodeJS.ProcessEnv, cwd?: string): Running {
  const cli = join(import.meta.dirname, '..', 'atelier.mjs');
  const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, ATELIER_DEBUG: '', ...env }, cwd });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const done = new Promise<Outcome>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  return { child, done };
}
