import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { openPredictor, type Prediction } from 'common/training';
import { messageOf, UsageError } from 'common/utils';

/** What is said of an image: its classes, the most probable first, or why it could not be read. */
export type ImagePrediction = { path: string; classes: Prediction[] } | { path: string; error: string };

/**
 * The most probable classes of each image file, in their order.
 * @param run a run's folder or name, or a model.onnx. @param top how many classes an image
 */
export async function* predictImages(
  run: string,
  images: readonly string[],
  top = 3,
): AsyncGenerator<ImagePrediction, void, void> {
  const predictor = await openPredictor(run);
  for (const path of images) {
    try {
      yield { path, classes: (await predictor.predict(await readFile(path), path)).slice(0, top) };
    } catch (error) {
      yield { path, error: existsSync(path) ? messageOf(error) : `${path}: there is no such file` };
    }
  }
}

/** `atelier predict`: an image that cannot be read is named, the others are answered, and the exit code is 1. */
export async function predict(run: string, images: readonly string[], top: string): Promise<void> {
  const count = Number(top);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--top ${top}: a whole number of 1 or more is needed.`);
  for await (const found of predictImages(run, images, count)) {
    const { path } = found;
    if ('classes' in found) {
      const text = found.classes.map(({ label, probability }) => `${label} ${(100 * probability).toFixed(1)} %`);
      process.stdout.write(`${path}: ${text.join(', ')}\n`);
    } else {
      process.stderr.write(`${found.error.includes(path) ? '' : `${path}: `}${found.error}\n`);
      process.exitCode = 1;
    }
  }
}
