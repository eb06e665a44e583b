// From a resolved config to a run that stands at its first step, or where it was stopped.
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConfigInfo, configInfo, shortPath } from '../config/index.js';
import { didYouMean, UsageError, UserError, writeFileAtomic } from '../utils/index.js';
import { checkpoints } from './callbacks/checkpoints.js';
import { csv } from './callbacks/csv.js';
import { onnx } from './callbacks/onnx.js';
import { confusionPlot, curvesPlot, mistakesPlot } from './callbacks/plots.js';
import { progress } from './callbacks/progress.js';
import { summary } from './callbacks/summary.js';
import type { Callback } from './callbacks.js';
import { loadCheckpoint } from './checkpoint.js';
import { differencesOf } from './differences.js';
import { environment, versions } from './environment.js';
import { createOutputFolder, createRunFolder, isRunFolder } from './folder.js';
import { lockRun } from './lock.js';
import type { Classifier } from './onnx.js';
import { checkSameModel, type Parts } from './parts.js';
import { Run } from './run.js';

export interface RunOptions extends Parts {
  model: Classifier;
  /** Seed of the run's random numbers. Default: the config's `seed`, or 0. */
  seed?: number;
  /** Names that the loop logs after each epoch's batches: a monitored name that is not among them is told before step 0. */
  metrics?: readonly string[];
  /** What makes a checkpoint the best. Default: `val_accuracy`, the higher the better. */
  monitor?: { metric: string; mode: 'max' | 'min' };
  /** Says which data these are; a resume on other data is refused. */
  dataset?: string;
  /** What happens between the lines of the loop, in this order. Default: `defaultCallbacks()`. */
  callbacks?: readonly Callback[];
}

/** metrics.csv, checkpoints, plots, model.onnx, the bar and the table at the end. */
export function defaultCallbacks(): Callback[] {
  return [progress(), csv(), checkpoints(), curvesPlot(), confusionPlot(), mistakesPlot(), onnx(), summary()];
}

/**
 * Opens a run: its folder (new, `--output`, or that of `--resume`), its lock, seed and signals; with `--resume` everything is put
 * where the last checkpoint stands, and the run ends bitwise as if it had never been stopped.
 *
 * @param config what `defineConfig` gave.
 * @throws UserError where the folder is in use or holds another run, the checkpoint does not fit the model, the config or the
 * data, or the monitored metric is none of `metrics`.
 */
export async function startRun(config: object, options: RunOptions): Promise<Run> {
  const info = configInfo(config);
  const paper = info.name;
  const monitor = options.monitor ?? { metric: 'val_accuracy', mode: 'max' };
  checkMonitor(monitor.metric, options.metrics);
  const { resume, output } = info.options;
  if (resume !== undefined && output !== undefined)
    throw new UsageError("--resume goes on in the run's own folder: leave out --output.");
  const folder =
    resume !== undefined
      ? resume
      : output !== undefined
        ? await createOutputFolder(output)
        : await createRunFolder(paper, info.runName);
  const release = await lockRun(folder);
  let run: Run | undefined;
  try {
    if (output !== undefined && isRunFolder(folder))
      throw new UserError(
        `${folder} already holds a run. Continue it with --resume ${output}, or choose another --output.`,
      );
    const seed = options.seed ?? ('seed' in config && typeof config.seed === 'number' ? config.seed : 0);
    const plain: unknown = JSON.parse(JSON.stringify(config));
    run = new Run({
      ...options,
      ...{ folder, paper, seed, monitor, release, config: plain, versions: versions() },
      dataset: options.dataset ?? null,
      callbacks: options.callbacks ?? defaultCallbacks(),
    });
    if (resume === undefined) await describe(folder, info);
    else await takeUp(run, folder, plain);
    run.log(`Run folder: ${shortPath(folder)}`);
    return run;
  } catch (error) {
    await (run?.close() ?? release());
    throw error;
  }
}

function checkMonitor(metric: string, metrics: readonly string[] | undefined): void {
  if (metrics === undefined || metrics.includes(metric) || metric.startsWith('train_')) return;
  throw new UserError(
    `The monitored metric "${metric}" is logged by nobody; logged are ${metrics.join(', ')}.${didYouMean(metric, metrics)}`,
  );
}

/** What a new run folder says of itself. config.yaml comes last: it makes the folder a run. */
async function describe(folder: string, info: ConfigInfo): Promise<void> {
  await mkdir(join(folder, 'plots'), { recursive: true });
  await writeFileAtomic(join(folder, 'overrides.txt'), info.overrides.map((line) => `${line}\n`).join(''));
  await writeFileAtomic(join(folder, 'environment.json'), `${JSON.stringify([environment()], null, 2)}\n`);
  await mkdir(join(folder, 'checkpoints'), { recursive: true });
  await writeFileAtomic(join(folder, 'config.yaml'), info.yaml);
}

async function takeUp(run: Run, folder: string, config: unknown): Promise<void> {
  const path = join(folder, 'environment.json');
  const sessions: unknown = existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : [];
  const last = join(folder, 'checkpoints', 'last.safetensors');
  if (existsSync(last)) {
    const checkpoint = await loadCheckpoint(folder, 'last');
    checkSameModel(last, checkpoint.state.task.model, checkpoint.model, run.setup);
    const changed = differencesOf(checkpoint.state.config, config);
    if (changed.length > 0)
      throw new UserError(
        `${folder} was trained with another config; going on would not be the same run:\n${changed.join('\n')}\n` +
          'Resume without these overrides, or start a new run with them.',
      );
    run.restore(checkpoint);
    run.log(`Resuming at epoch ${run.epoch + 1}, batch ${run.batch}, step ${run.step}.`);
  } else run.log('Nothing was saved before the run was stopped: starting at step 0.');
  await writeFileAtomic(path, `${JSON.stringify([sessions, environment()].flat(), null, 2)}\n`);
}
