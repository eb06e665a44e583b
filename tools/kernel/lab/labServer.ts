import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from 'common/utils';

/** JupyterLab as `npm run lab` starts it, with settings of its own. */
export type LabServer = { url: string; token: string; stop(): Promise<void> };

/** Starts it on a port and waits until it serves. `home` takes the settings that JupyterLab writes. */
export async function startLab(home: string, port: number): Promise<LabServer> {
  await mkdir(home, { recursive: true });
  const token = randomUUID();
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const entry = join(projectRoot(), 'tools', 'kernel', 'install', 'lab.ts');
  const flags = ['--no-browser', `--ServerApp.port=${port}`, `--IdentityProvider.token=${token}`, '--allow-root'];
  const own = { HOME: home, JUPYTER_CONFIG_DIR: join(home, 'config'), JUPYTER_RUNTIME_DIR: join(home, 'run') };
  const child = spawn(process.execPath, ['--import', tsx, entry, ...flags], {
    env: { ...process.env, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      log += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; ; i++) {
    const answer = await fetch(`${url}/api`).catch(() => undefined);
    if (answer?.ok) return { url, token, stop: () => stop(child) };
    if (child.exitCode !== null || i === 240) throw new Error(`JupyterLab does not serve:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 15_000).unref())]);
  if (child.exitCode === null) child.kill('SIGKILL');
}

/** A Chromium: CHROMIUM_PATH, or one of the PATH. */
export function findChromium(): string | undefined {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome-headless-shell'];
  for (const folder of (process.env.PATH ?? '').split(delimiter))
    for (const name of names) if (existsSync(join(folder, name))) return join(folder, name);
  return undefined;
}
