import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from 'common/utils';
import { type ConnectionInfo, newConnection, writeConnectionFile } from './connection.js';
import { type ExecuteOptions, type Execution, execute } from './execute.js';
import { KernelClient } from './kernelClient.js';
import { kernelCommand } from './kernelCommand.js';
import type { Message } from './message.js';
import { waitUntilReady } from './waitUntilReady.js';

export type StartOptions = {
  /** With `{connection_file}` where its path goes; this repository's kernel by default. */
  argv?: readonly string[];
  /** The folder that relative imports and files of cells are seen from; the working folder by default. */
  cwd?: string;
  env?: Record<string, string>;
  /** `signal` for kernels that know no interrupt_request. */
  interruptMode?: 'message' | 'signal';
  /** Milliseconds until the kernel must answer (60,000). */
  timeout?: number;
  /** Called with what the kernel's process itself writes to stdout and stderr, outside of any cell. */
  onProcessOutput?: (text: string) => void;
};

/** A kernel that was started here, with one client connected to it. */
export type Kernel = {
  readonly client: KernelClient;
  readonly process: ChildProcess;
  readonly connectionFile: string;
  readonly info: ConnectionInfo;
  /** The reply to kernel_info_request. */
  readonly kernelInfo: Message;
  execute(code: string, options?: ExecuteOptions): Promise<Execution>;
  /** Stops the running cell. */
  interrupt(): Promise<void>;
  /** Asks it to end, then waits for its process; after 5 s the process is ended. Removes the connection file. Twice is no error. */
  shutdown(): Promise<void>;
};

/**
 * Starts a kernel and resolves when it can be used: it has answered kernel_info_request, and a message on iopub has shown that no
 * output will be lost. Throws a UserError with what its process wrote where it ends or does not answer.
 */
export async function startKernel(options: StartOptions = {}): Promise<Kernel> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      const isPortTaken = error instanceof Error && /address already in use|EADDRINUSE/i.test(error.message);
      if (attempt === 3 || !isPortTaken) throw error;
    }
  }
}

async function startOnce(options: StartOptions): Promise<Kernel> {
  const { cwd = process.cwd(), interruptMode = 'message', timeout = 60_000 } = options;
  const info = await newConnection();
  const connectionFile = await writeConnectionFile(info);
  const [command = '', ...args] = (options.argv ?? kernelCommand()).map((part) =>
    part.replaceAll('{connection_file}', connectionFile),
  );
  // A group of its own: the terminal's Ctrl-C goes to us alone, and we decide what the kernel is told.
  const isGroup = process.platform !== 'win32';
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, JPY_PARENT_PID: String(process.pid), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: isGroup,
  });
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (isGroup && child.pid !== undefined) process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch {
      // it has ended
    }
  };
  const killNow = () => kill('SIGKILL');
  process.once('exit', killNow);
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      written = (written + text).slice(-4000);
      options.onProcessOutput?.(text);
    });
  }
  const client = new KernelClient(info);
  const exited = new Promise<void>((resolve) => {
    const end = (what: string) => {
      const tail = written.trim() === '' ? '' : `:\n${written.trim()}`;
      client.close(new UserError(`${what}${tail}`));
      process.off('exit', killNow);
      resolve();
    };
    child.once('error', (error) => end(`the kernel could not be started (${command}): ${error.message}`));
    // `close`, not `exit`: then all that it wrote is here. Grandchildren may keep the streams open, so `exit` counts after a moment.
    child.once('close', (code, signal) => end(`the kernel's process ended (${signal ?? `exit code ${code}`})`));
    child.once('exit', (code, signal) =>
      setTimeout(() => end(`the kernel's process ended (${signal ?? `exit code ${code}`})`), 300).unref(),
    );
  });
  const stop = async (isAsked: boolean) => {
    if (isAsked) {
      await client
        .request('shutdown_request', { restart: false }, { channel: 'control', timeout: 5000 })
        .catch(() => undefined);
    }
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (await endsWithin(exited, isAsked && signal === 'SIGTERM' ? 5000 : 2000)) break;
      kill(signal);
    }
    await endsWithin(exited, 2000);
    // Children of cells may outlive the kernel.
    killNow();
    client.close();
    await rm(dirname(connectionFile), { recursive: true, force: true });
  };
  let stopping: Promise<void> | undefined;
  try {
    const kernelInfo = await waitUntilReady(client, timeout);
    return {
      client,
      process: child,
      connectionFile,
      info,
      kernelInfo,
      execute: (code, executeOptions) => execute(client, code, executeOptions),
      async interrupt() {
        if (interruptMode === 'signal') child.kill('SIGINT');
        else await client.request('interrupt_request', {}, { channel: 'control', timeout: 10_000 });
      },
      async shutdown() {
        stopping ??= stop(true);
        await stopping;
      },
    };
  } catch (error) {
    kill('SIGKILL');
    await stop(false);
    throw error;
  }
}

/** Whether a promise is settled within so many milliseconds. */
async function endsWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const result = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return result;
}
