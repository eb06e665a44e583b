// One process per run folder. proper-lockfile holds the lock; beside it `owner.json` says who, so that the lock of a process
// which was killed on this machine is taken over at once instead of after the lock's age limit.
import { existsSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../utils/index.js';

interface Owner {
  pid: number;
  host: string;
  /** Start time of the process where the system tells it (Linux): process ids are used again. */
  started: string | null;
}

/** A lock that is not renewed for this long is nobody's. Long: a first step that compiles blocks the renewal. */
const staleMilliseconds = 120_000;

/** Locks a run folder; resolves to the function that releases it. UserError where another process uses the folder. */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const lockfilePath = join(folder, '.lock');
  const ownerPath = join(folder, '.owner.json');
  // Asking, taking over and writing the owner are one act: two processes may find the same dead owner at once.
  const gate = join(folder, '.gate');
  const { default: lockfile } = await import('proper-lockfile');
  // The gate is nothing but its lock. lockfile's own retries would wait for a read-only disk too.
  const through = { lockfilePath: gate, realpath: false, stale: 5_000, onCompromised: () => {} };
  const openGate = await waitWhileLocked(() => lockfile.lock(gate, through));
  try {
    const options = { lockfilePath, stale: staleMilliseconds, update: 20_000, onCompromised: () => {} };
    let release: () => Promise<void>;
    try {
      release = await lockfile.lock(folder, options);
    } catch (error) {
      if (!isLocked(error)) throw error;
      const owner = await readOwner(ownerPath);
      if (owner === undefined || isAlive(owner)) throw inUse(folder, owner);
      await rm(lockfilePath, { recursive: true, force: true });
      release = await lockfile.lock(folder, options);
    }
    const owner: Owner = { pid: process.pid, host: hostname(), started: startedAt(process.pid) };
    await writeFile(ownerPath, JSON.stringify(owner));
    return async () => {
      await rm(ownerPath, { force: true });
      await release();
    };
  } finally {
    await openGate();
  }
}

/** Tries for ten seconds. */
async function waitWhileLocked<T>(lock: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await lock();
    } catch (error) {
      if (!isLocked(error) || tries > 40) throw error;
      await setTimeout(Math.min(250, 25 * 2 ** tries));
    }
  }
}

const isLocked = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ELOCKED';

/** The process that uses a run folder now; undefined where none does. */
export async function ownerOf(folder: string): Promise<{ pid: number; host: string } | undefined> {
  const lockfilePath = join(folder, '.lock');
  if (!existsSync(lockfilePath)) return undefined;
  const { default: lockfile } = await import('proper-lockfile');
  if (!(await lockfile.check(folder, { lockfilePath, stale: staleMilliseconds }))) return undefined;
  const owner = await readOwner(join(folder, '.owner.json'));
  return owner !== undefined && isAlive(owner) ? owner : undefined;
}

function inUse(folder: string, owner: Owner | undefined): UserError {
  const who = owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host}`;
  return new UserError(
    `${folder} is in use by ${who}. Wait for it or stop it, or choose another folder with --output.`,
  );
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const owner: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || !('host' in owner)) return undefined;
    const started = 'started' in owner && typeof owner.started === 'string' ? owner.started : null;
    return { pid: Number(owner.pid), host: String(owner.host), started };
  } catch {
    return undefined; // missing or half-written: the owner was killed right there, or another version wrote it
  }
}

function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true; // cannot be asked from here: only the lock's age tells
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return owner.started === null || startedAt(owner.pid) === owner.started;
}

/** Linux: the 22nd field of /proc/<pid>/stat, in clock ticks since boot; the second field may hold spaces, so count after its `)`. */
function startedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? null);
  } catch {
    return null;
  }
}
