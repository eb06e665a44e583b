import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { UserError } from '../utils/index.js';
import { ownNames } from './paths.js';

/**
 * Runs `work` while no other process (and no other call in this one) works in `dir`; waits its turn. `onWait` is called once where it
 * has to. A process that was killed leaves a lock that counts as dead after five seconds. `work` gets a signal that also fires
 * where the lock is lost (this process slept, and another one took over).
 */
export async function withLock<T>(
  dir: string,
  { signal, onWait }: { signal?: AbortSignal; onWait?: () => void },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  await mkdir(dir, { recursive: true });
  const lost = new AbortController();
  let release: (() => Promise<void>) | undefined;
  for (let tries = 0; release === undefined; tries++) {
    signal?.throwIfAborted();
    try {
      release = await lock(dir, {
        lockfilePath: join(dir, ownNames.lock),
        realpath: true,
        stale: 5000,
        update: 1000,
        onCompromised: () =>
          lost.abort(new UserError(`Another process took over the download in ${dir}: run the same command again.`)),
      });
    } catch (error) {
      // ENOENT: the one before found nothing to keep and removed the folder.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') await mkdir(dir, { recursive: true });
      else if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
      if (tries === 0) onWait?.();
      await sleep(100 + Math.random() * 100, undefined, { signal });
    }
  }
  try {
    return await work(signal ? AbortSignal.any([signal, lost.signal]) : lost.signal);
  } finally {
    await release().catch(() => {}); // already taken over, or removed with its folder
  }
}
