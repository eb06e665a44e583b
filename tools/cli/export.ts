import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { newestOpset, oldestOpset } from 'common/backend';
import type { Dataset } from 'common/data';
import { compareOnnx, loadModel, onnxThreads, type RunState, saveModelAsOnnx, timeOnnx } from 'common/training';
import { shortPath, UsageError, UserError } from 'common/utils';
import { formatTable } from './table.js';
import { findPaper } from './train.js';

export interface ExportFlags {
  to: string;
  opset?: string;
  portable?: boolean;
  validate?: boolean;
  benchmark?: boolean;
}

/** Writes the best weights of a run as ONNX, with names, preprocessing and labels in its metadata. */
export async function exportRun(run: string, flags: ExportFlags): Promise<void> {
  const { to, opset, portable = false, validate = false, benchmark = false } = flags;
  const how = { portable, ...(opset !== undefined && { opset: opsetOf(opset) }) };
  const { model, task, folder, state } = await loadModel(run);
  const { files, bytes } = await saveModelAsOnnx(to, model, task, how).catch((error: unknown) => {
    // What the file system says; anything else is a mistake of the model's or ours.
    throw error instanceof Error && 'code' in error ? new UserError(`Cannot write ${to}: ${error.message}`) : error;
  });
  const { size, channels } = task.preprocessing;
  process.stdout.write(
    `${files.join(' and ')}: ${(bytes / 2 ** 20).toFixed(1)} MiB, best weights of ${shortPath(folder)} (epoch ${state.best?.epoch ?? '–'})\n` +
      `input image float32 [batch, ${size}, ${size}, ${channels}] prepared by the metadata's transforms, output logits [batch, ${task.labels.length}]\n`,
  );
  if (validate) {
    const dataset = await testSplitOf(state);
    const found = await compareOnnx(to, { model, task }, dataset);
    process.stdout.write(
      `Same as the checkpoint on ${found.samples} samples of ${dataset.name}: logits differ by ${found.largestDifference.toExponential(1)} at most (the largest is ${found.largestLogit.toFixed(2)}), ${found.agreeing} classes agree.\n`,
    );
  }
  if (benchmark) {
    const rows = timeOnnx(to, [size, size, channels]).map(({ batch, milliseconds, imagesPerSecond }) => [
      String(batch),
      milliseconds.toFixed(2),
      imagesPerSecond.toFixed(0),
    ]);
    process.stdout.write(
      `${formatTable(['>batch', '>ms', '>images/s'], rows)}\nmedian of runs, ${onnxThreads()} threads\n`,
    );
  }
}

/** The test split of the data that a run was trained on, by its paper's recipe. */
async function testSplitOf({ paper, config }: RunState): Promise<Dataset> {
  const path = join(findPaper(paper, 'recipe.ts'), 'recipe.ts');
  const recipe: unknown = await import(pathToFileURL(path).href);
  const openData = typeof recipe === 'object' && recipe !== null && 'openData' in recipe ? recipe.openData : undefined;
  if (typeof openData !== 'function' || typeof config !== 'object' || config === null || !('data' in config))
    throw new UserError(`--validate needs the test split: ${path} exports no openData(config.data, split).`);
  return openData(config.data, 'test');
}

function opsetOf(text: string): number {
  const version = Number(text);
  if (!Number.isInteger(version) || version < oldestOpset || version > newestOpset)
    throw new UsageError(`--opset ${text}: a whole number from ${oldestOpset} to ${newestOpset} is needed.`);
  return version;
}
