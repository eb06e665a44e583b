import { inspect } from 'node:util';
import { exitCodeOf, printError } from '../cli/errors.js';
import { Kernel } from './front/kernel.js';
import { readConnectionFile } from './wire/index.js';

/**
 * Starts the kernel for a connection file and resolves when its sockets are open. main.mjs calls it, which Jupyter starts.
 * `programs` is the folder of the bundled programs.
 */
export async function startKernel(connectionFile: string, programs: URL): Promise<Kernel> {
  const kernel = new Kernel({ connection: await readConnectionFile(connectionFile), cwd: process.cwd(), programs });
  // Nobody may read what is written for the log any more, and a mistake in one answer must not end the kernel.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.on('unhandledRejection', (reason) => process.stderr.write(`${inspect(reason)}\n`));
  await kernel.start();
  process.on('SIGINT', () => kernel.interrupt());
  process.on('SIGTERM', () => void kernel.stop());
  return kernel;
}

export { exitCodeOf, printError };
