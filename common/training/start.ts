// From a resolved config to a run that stands at its first step, or where it was stopped.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type ConfigInfo, configInfo, findRun } from '../config/index.js';
import type { Module } from '../nn/index.js';
import { shortPath, UsageError, UserError, writeFileAtomic } from '../utils/index.js';
import { checkpoints } from './callbacks/checkpoints.js';
import { csv } from './callbacks/csv.js';
import { stopAtNaN } from './callbacks/notFinite.js';
import { onnx } from './callbacks/onnx.js';
import { confusionPlot, curvesPlot, mistakesPlot } from './callbacks/plots.js';
import { progress } from './callbacks/progress.js';
import { summary } from './callbacks/summary.js';
import type { Callback } from './callbacks.js';
import { loadCheckpoint } from './checkpoint.js';
import { type Difference, differencesOf, textOf } from './differences.js';
import { versions } from './environment.js';
import { createOutputFolder, createRunFolder, isRunFolder, outputsDir } from './folder.js';
import { type LimitsInput, resolveLimits } from './limits.js';
import { lockRun } from './lock.js';
import { logSettings } from './log.js';
import { loggers } from './loggers/index.js';
import { sweepFolder, sweepSetup, takeSweepRequest } from './lrFinder/mode.js';
import { checkSameModel, type Monitor, type Parts } from './parts.js';
import { Run } from './run.js';
import { checkMonitor } from './schedule.js';
import { toldWhereRefused } from './writeError.js';

export interface RunOptions extends Parts {
  model: Module;
  /** Seed of the run's random numbers. Default: the config's `seed`, or 0. */
  seed?: number;
  /** Names that the loop logs after each epoch's batches: a monitored name that is not among them is told before step 0. */
  metrics?: readonly string[];
  /** What makes a checkpoint the best. Default: `val_accuracy`, the higher the better. */
  monitor?: Monitor;
  /** How long it goes on, when it is evaluated and logged. Default: the config's `limits`, or `limitsSchema`'s defaults. */
  limits?: LimitsInput;
  /** The run's name where `config` is a plain object that `defineConfig` did not make. Default: `run`. */
  name?: string;
  /** Where the run writes: a new or empty folder. Default: `--output`, else one below assets/outputs. */
  output?: string;
  /** A run (its folder or its name) that goes on where it was stopped. Default: `--resume`. */
  resume?: string;
  /** Says which data these are; a resume on other data is refused. */
  dataset?: string;
  /** What happens between the lines of the loop, in this order. Default: `defaultCallbacks()`. */
  callbacks?: readonly Callback[];
}

/** metrics.csv, TensorBoard's files and metrics.jsonl, checkpoints, plots, model.onnx, the bar and the table at the end (not with ATELIER_LOG=json). */
export function defaultCallbacks(): Callback[] {
  const forPeople = !logSettings().json;
  return [
    ...(forPeople ? [progress()] : []),
    csv(),
    loggers(),
    stopAtNaN(),
    checkpoints(),
    curvesPlot(),
    confusionPlot(),
    mistakesPlot(),
    onnx(),
    ...(forPeople ? [summary()] : []),
  ];
}

/**
 * Opens a run: its folder (new, `--output`, or that of `--resume`), its lock, seed and signals; with `--resume` everything is put
 * where the last checkpoint stands, and the run ends bitwise as if it had never been stopped.
 *
 * @param config what `defineConfig` gave, or any plain object (then there are no overrides, and `resume` and `output` take the options' place).
 * @throws UserError where the folder is in use or holds another run, the checkpoint does not fit the model, the config or the
 * data, or the monitored metric is none of `metrics`.
 */
export async function startRun(config: object, options: RunOptions): Promise<Run> {
  const info = infoOf(config, options.name);
  const paper = info.name;
  const monitor: Monitor = options.monitor ?? { metric: 'val_accuracy', mode: 'max' };
  if (options.metrics !== undefined) checkMonitor(monitor.metric, options.metrics);
  const limits = resolveLimits(options.limits, config);
  const resume = options.resume === undefined ? info.options.resume : await findRun(options.resume);
  const output = options.output ?? info.options.output;
  if (resume !== undefined && output !== undefined)
    throw new UsageError("--resume goes on in the run's own folder: leave out --output.");
  const sweep = takeSweepRequest();
  if (sweep !== undefined && resume !== undefined)
    throw new UsageError('lr-find starts from new weights: leave out --resume.');
  const folder =
    resume !== undefined
      ? resume
      : sweep !== undefined
        ? await createOutputFolder(output ?? sweepFolder(paper, info.runName))
        : output !== undefined
          ? await createOutputFolder(output)
          : await toldWhereRefused(outputsDir(paper), () => createRunFolder(paper, info.runName));
  const release = await toldWhereRefused(folder, () => lockRun(folder));
  let run: Run | undefined;
  try {
    if (output !== undefined && isRunFolder(folder))
      throw new UserError(
        `${folder} already holds a run. Continue it with --resume ${output}, or choose another --output.`,
      );
    const seed = options.seed ?? ('seed' in config && typeof config.seed === 'number' ? config.seed : 0);
    const plain: unknown = JSON.parse(JSON.stringify(info.saved));
    run = new Run({
      ...options,
      ...{ folder, paper, seed, monitor, limits, release, config: plain, versions: versions() },
      dataset: options.dataset ?? null,
      callbacks: options.callbacks ?? defaultCallbacks(),
      ...(sweep && sweepSetup(sweep, limits)),
    });
    if (sweep !== undefined) return run;
    const opened = run;
    await toldWhereRefused(folder, () => (resume === undefined ? describe(opened, info) : takeUp(opened, info, plain)));
    run.log(`Run folder: ${shortPath(folder)}`);
    return run;
  } catch (error) {
    await (run?.close() ?? release());
    throw error;
  }
}

/** What a plain object lacks of what `defineConfig` knows. */
function infoOf(
  config: object,
  name = 'run',
): Pick<ConfigInfo, 'name' | 'overrides' | 'runName' | 'options' | 'yaml' | 'saved'> {
  try {
    return configInfo(config);
  } catch {
    return { name, runName: name, overrides: [], options: {}, yaml: stringify(config), saved: config };
  }
}

type Info = ReturnType<typeof infoOf>;

/** What a new run folder says of itself. config.yaml comes last: it makes the folder a run. */
async function describe({ folder, sessions }: Run, info: Info): Promise<void> {
  await mkdir(join(folder, 'plots'), { recursive: true });
  await writeFileAtomic(join(folder, 'overrides.txt'), info.overrides.map((line) => `${line}\n`).join(''));
  await sessions.open();
  await mkdir(join(folder, 'checkpoints'), { recursive: true });
  await writeFileAtomic(join(folder, 'config.yaml'), info.yaml);
}

async function takeUp(run: Run, { options: { force = [] }, yaml }: Info, config: unknown): Promise<void> {
  const { folder } = run;
  const last = join(folder, 'checkpoints', 'last.safetensors');
  if (existsSync(last)) {
    const checkpoint = await loadCheckpoint(folder, 'last');
    checkSameModel(last, checkpoint.state.task.model, checkpoint.model, run.setup);
    const changed = differencesOf(checkpoint.state.config, config);
    const isForced = ({ key }: Difference) => force.some((name) => key === name || key.startsWith(`${name}.`));
    const refused = changed.filter((difference) => !isForced(difference)).map(textOf);
    if (refused.length > 0)
      throw new UserError(
        `${folder} was trained with another config; going on would not be the same run:\n${refused.join('\n')}\n` +
          'Resume without these overrides, start a new run with them, or name each key with --force <key> to go on with the new value.',
      );
    for (const difference of changed) run.log(`Forced from step ${checkpoint.state.step} on: ${textOf(difference)}.`);
    run.restore(checkpoint);
    run.log(`Resuming at epoch ${run.epoch + 1}, batch ${run.batch}, step ${run.step}.`);
    if (changed.length > 0) {
      // From here on the run is one of the new config: its checkpoints say so too.
      await writeFileAtomic(join(folder, 'config.yaml'), yaml);
      await run.save();
    }
  } else run.log('Nothing was saved before the run was stopped: starting at step 0.');
  await run.sessions.open();
}
