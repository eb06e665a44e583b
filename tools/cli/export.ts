import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { newestOpset, oldestOpset } from 'common/backend';
import type { Dataset } from 'common/data';
import {
  compareOnnx,
  type LoadedModel,
  loadModel,
  type OnnxComparison,
  type OnnxOptions,
  type OnnxTiming,
  onnxThreads,
  type RunState,
  saveModelAsOnnx,
  timeOnnx,
} from 'common/training';
import { formatBytes, shortPath, UsageError, UserError } from 'common/utils';
import { formatTable } from './table.js';
import { findPaper } from './train.js';

export interface ExportFlags {
  to: string;
  opset?: string;
  portable?: boolean;
  validate?: boolean;
  benchmark?: boolean;
}

export interface ExportOptions extends Omit<OnnxOptions, 'opset'> {
  opset?: number;
  /** Compare with the checkpoint on real samples of the test split. */
  validate?: boolean;
  /** Time batches of 1 to 64. */
  benchmark?: boolean;
}

export interface Exported {
  files: string[];
  bytes: number;
  /** What was exported. */
  loaded: LoadedModel;
  comparison?: OnnxComparison & { dataset: string };
  timings?: OnnxTiming[];
}

/** Writes the best weights of a run as ONNX, with names, preprocessing and labels in its metadata. */
export async function exportModel(run: string, to: string, options: ExportOptions = {}): Promise<Exported> {
  const { validate = false, benchmark = false, ...how } = options;
  const loaded = await loadModel(run);
  const { model, task, state } = loaded;
  const { files, bytes } = await saveModelAsOnnx(to, model, task, how).catch((error: unknown) => {
    // What the file system says; anything else is a mistake of the model's or ours.
    throw error instanceof Error && 'code' in error ? new UserError(`Cannot write ${to}: ${error.message}`) : error;
  });
  const exported: Exported = { files, bytes, loaded };
  if (validate) {
    const dataset = await testSplitOf(state);
    exported.comparison = { ...(await compareOnnx(to, { model, task }, dataset)), dataset: dataset.name };
  }
  const { size, channels } = task.preprocessing;
  if (benchmark) exported.timings = timeOnnx(to, [size, size, channels]);
  return exported;
}

/** `atelier export`. */
export async function exportRun(run: string, { to, opset, portable = false, ...flags }: ExportFlags): Promise<void> {
  const how = { portable, ...flags, ...(opset !== undefined && { opset: opsetOf(opset) }) };
  const { files, bytes, loaded, comparison, timings } = await exportModel(run, to, how);
  const { task, folder, state } = loaded;
  const { size, channels } = task.preprocessing;
  process.stdout.write(
    `${files.join(' and ')}: ${formatBytes(bytes)}, best weights of ${shortPath(folder)} (epoch ${state.best?.epoch ?? '–'})\n` +
      `input image float32 [batch, ${size}, ${size}, ${channels}] prepared by the metadata's transforms, output logits [batch, ${task.labels.length}]\n`,
  );
  if (comparison !== undefined)
    process.stdout.write(
      `Same as the checkpoint on ${comparison.samples} samples of ${comparison.dataset}: logits differ by ${comparison.largestDifference.toExponential(1)} at most (the largest is ${comparison.largestLogit.toFixed(2)}), ${comparison.agreeing} classes agree.\n`,
    );
  if (timings !== undefined) {
    const rows = timings.map(({ batch, milliseconds, imagesPerSecond }) => [
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
