import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findRun } from 'common/config';
import { assetsDir, UsageError, UserError } from 'common/utils';

/** The ways in which TensorBoard may be installed. */
const commands: readonly (readonly [string, ...string[]])[] = [
  ['tensorboard'],
  ['python3', '-m', 'tensorboard.main'],
  ['python', '-m', 'tensorboard.main'],
];

/** Starts TensorBoard on 127.0.0.1 and waits until it ends. @returns its exit code. */
export async function board(place: string | undefined, { port }: { port: string }): Promise<number> {
  const number = Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65535)
    throw new UsageError(`--port ${port}: a whole number from 0 to 65535 is needed.`);
  const folder = await folderOf(place);
  const command = installed();
  if (command === undefined)
    throw new UserError(
      'TensorBoard is not installed. It is a Python program:\n  python3 -m pip install tensorboard setuptools\nThen run this again.' +
        `\nThe runs themselves are complete without it: npx atelier runs, and metrics.csv in each.`,
    );
  const [file, ...before] = command;
  const child = spawn(file, [...before, '--logdir', folder, '--host', '127.0.0.1', '--port', port], {
    stdio: 'inherit',
  });
  // Ctrl-C reaches it too; this process waits for it to end.
  const wait = () => {};
  const end = () => child.kill('SIGTERM');
  process.on('SIGINT', wait);
  process.on('SIGTERM', end);
  try {
    return await new Promise((done, failed) => {
      child.on('error', failed);
      child.on('close', (code, signal) => done(code ?? (signal === 'SIGINT' ? 130 : 143)));
    });
  } finally {
    process.off('SIGINT', wait);
    process.off('SIGTERM', end);
  }
}

/** The first of the commands that answers. */
export function installed(): (typeof commands)[number] | undefined {
  return commands.find(
    ([file, ...before]) => spawnSync(file, [...before, '--version'], { stdio: 'ignore' }).status === 0,
  );
}

async function folderOf(place: string | undefined): Promise<string> {
  const outputs = join(assetsDir(), 'outputs');
  if (place === undefined) {
    if (!existsSync(outputs)) throw new UserError(`There are no runs yet: ${outputs} does not exist.`);
    return outputs;
  }
  const found = [resolve(place), join(outputs, place)].find((folder) => existsSync(folder));
  return found ?? (await findRun(place));
}
