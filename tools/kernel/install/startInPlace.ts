import { spawn } from 'node:child_process';
import { kernelCommand } from '../client/kernelCommand.js';

/** `atelier kernel start`: the kernel as Jupyter starts it, with this terminal; ends with its exit code. */
export async function startInPlace(connectionFile: string): Promise<void> {
  const [command = '', ...args] = kernelCommand().map((part) => part.replace('{connection_file}', connectionFile));
  const child = spawn(command, args, { stdio: 'inherit' });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGTERM', pass).on('SIGINT', () => undefined);
  process.exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}
