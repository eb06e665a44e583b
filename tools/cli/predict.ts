import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { openPredictor } from 'common/training';
import { messageOf, UsageError } from 'common/utils';

/** Prints the most probable classes of each image. An image that cannot be read is named, the others are answered, and the exit code is 1. */
export async function predict(run: string, images: readonly string[], top: string): Promise<void> {
  const count = Number(top);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--top ${top}: a whole number of 1 or more is needed.`);
  const predictor = await openPredictor(run);
  for (const path of images) {
    try {
      const best = (await predictor.predict(await readFile(path), path)).slice(0, count);
      const text = best.map(({ label, probability }) => `${label} ${(100 * probability).toFixed(1)} %`);
      process.stdout.write(`${path}: ${text.join(', ')}\n`);
    } catch (error) {
      const message = existsSync(path) ? messageOf(error) : `${path}: there is no such file`;
      process.stderr.write(`${message.includes(path) ? '' : `${path}: `}${message}\n`);
      process.exitCode = 1;
    }
  }
}
