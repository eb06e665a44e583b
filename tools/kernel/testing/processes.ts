import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process and all that it has started, by their ids. Linux and macOS. */
export function processTree(root: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const parents = rows.map((row) => row.trim().split(/\s+/).map(Number));
  const tree = [root];
  for (const parent of tree) for (const [pid = 0, ppid] of parents) if (ppid === parent) tree.push(pid);
  return tree;
}

/** Memory in MB that these processes hold (Linux). */
export function residentMemory(pids: readonly number[]): number {
  const kilobytes = pids.map((pid) => {
    try {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0; // it has ended
    }
  });
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The processes below `root` that check cells. */
export function languageProcesses(root: number): number[] {
  return processTree(root).filter((pid) => {
    try {
      const command = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
      return /language-\w+[^ ]*\.(cjs|blob)/.test(command);
    } catch {
      return false; // it has ended
    }
  });
}
