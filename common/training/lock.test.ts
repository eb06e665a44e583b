import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { lockRun } from './lock.js';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** A process that locks the folder and keeps it; resolves when it has. */
async function holder(folder: string): Promise<{ pid: number; kill: () => Promise<void> }> {
  const code = `import { lockRun } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))};
    await lockRun(${JSON.stringify(folder)}); console.log('locked'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', tsx, '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error('the holder died')));
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid ?? 0,
    kill() {
      child.kill('SIGKILL');
      return gone;
    },
  };
}

it('refuses a folder in use, naming the process, and takes over from one that was killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lock-'));
  const first = await holder(folder);
  await expect(lockRun(folder)).rejects.toThrow(`in use by process ${first.pid}`);
  await first.kill();
  const taken = await Promise.allSettled([lockRun(folder), lockRun(folder), lockRun(folder)]);
  const won = taken.filter((result) => result.status === 'fulfilled');
  expect(won).toHaveLength(1);
  await won[0]?.value();
  await (await lockRun(folder))();
});
