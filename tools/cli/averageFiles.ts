import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findRun } from 'common/config';
import { writeAverage } from 'common/training';
import { messageOf, shortPath, UserError } from 'common/utils';

/** `atelier average`: several runs give their best weights each, one run all that it kept beside `last` and `best`. */
export async function average(from: readonly string[], output: string): Promise<void> {
  const files = (await Promise.all(from.map((each) => filesOf(each, from.length === 1)))).flat();
  const [one] = files;
  if (files.length === 1 && one !== undefined)
    throw new UserError(`${shortPath(one)} alone has no average: give two checkpoints or more.`);
  const same = files.find((file) => resolve(file) === resolve(output));
  if (same !== undefined) throw new UserError(`--output ${output} is one of the checkpoints: choose another name.`);
  await writeAverage(output, files).catch((error: unknown) => {
    throw error instanceof Error && 'code' in error
      ? new UserError(`Cannot write ${output}: ${messageOf(error)}`)
      : error;
  });
  process.stdout.write(
    `${output}: the mean of ${files.length} checkpoints\n${files.map((file) => `  ${shortPath(file)}\n`).join('')}`,
  );
}

async function filesOf(place: string, alone: boolean): Promise<string[]> {
  if (existsSync(place) && statSync(place).isFile()) return [place];
  if (place.endsWith('.safetensors')) throw new UserError(`There is no file ${place}.`);
  const checkpoints = join(await findRun(place), 'checkpoints');
  if (!alone) {
    const best = join(checkpoints, 'best.safetensors');
    if (!existsSync(best)) throw new UserError(`${place} has no best checkpoint (${best}) yet.`);
    return [best];
  }
  const namesIn = (folder: string) => readdir(join(checkpoints, folder)).catch(() => []);
  const names = [...(await namesIn('.')), ...(await namesIn('top')).map((name) => join('top', name))].filter(
    (name) => name.endsWith('.safetensors') && !name.startsWith('training-') && name !== 'last.safetensors',
  );
  // Where a run keeps its best few, `best` is one of them once more.
  const kept = names.filter((name) => name !== 'best.safetensors');
  if (kept.length < 2)
    throw new UserError(
      `${place} keeps ${kept.length === 0 ? 'no checkpoints' : 'one checkpoint'} beside its best and its last: nothing to average. Give several runs or files.`,
    );
  return kept.sort().map((name) => join(checkpoints, name));
}
