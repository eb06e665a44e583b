import { join } from 'node:path';
import { messageOf } from '../../utils/index.js';
import type { Callback } from '../callbacks.js';
import type { Run } from '../run.js';
import { flattenConfig } from './hparams.js';
import type { Logger, OpenLogger } from './logger.js';
import { LoggerGroup } from './loggerGroup.js';

const groups = new WeakMap<Run, LoggerGroup>();
const none = new LoggerGroup([]);

/** TensorBoard's event files, in the run's `tensorboard` folder: `npx atelier board` shows them. */
export function tensorBoard(): OpenLogger {
  return async ({ folder, step }) =>
    new (await import('./tensorBoardLogger.js')).TensorBoardLogger(join(folder, 'tensorboard'), step);
}

/** A JSON object a line in the run's `metrics.jsonl`; after a resume it goes on where the checkpoint stands. */
export function jsonLines(): OpenLogger {
  return async (place) => {
    const { cutJsonLines, JsonLinesLogger } = await import('./jsonLinesLogger.js');
    const path = join(place.folder, 'metrics.jsonl');
    await cutJsonLines(path, place);
    return new JsonLinesLogger(path);
  };
}

export interface LoggersOptions {
  /** Which loggers. Default: TensorBoard and JSON lines. */
  to?: readonly OpenLogger[];
  /** The values of every so many steps are logged, as `step_<name>`; those of evaluations always. Default: the run's `limits.logEvery`; 0: none. */
  every?: number;
}

/**
 * Hands what a run finds to its loggers: the config at the start, the values of steps, the rows of epochs, the test's result. In the list of
 * callbacks it stands before `checkpoints`, so that what a checkpoint has seen is written when it is. What a logger lost is told at the end.
 */
export function loggers({ to = [tensorBoard(), jsonLines()], every }: LoggersOptions = {}): Callback {
  let group = none;
  const openAll = async (run: Run): Promise<Logger[]> => {
    const opened: Logger[] = [];
    for (const open of to) {
      try {
        opened.push(await open({ folder: run.folder, step: run.step, evaluated: run.history.at(-1)?.step ?? 0 }));
      } catch (error) {
        run.log(`A logger could not be opened: ${messageOf(error)}. The training goes on without it.`, 'warn');
      }
    }
    return opened;
  };
  return {
    name: 'loggers',
    optional: true,
    async start(run) {
      group = new LoggerGroup(await openAll(run), (message) => run.log(message, 'warn'));
      groups.set(run, group);
      if (run.step === 0) group.hparams(flattenConfig(run.setup.config));
    },
    step(run, values) {
      const interval = every ?? run.limits.logEvery;
      if (interval > 0 && run.step % interval === 0) group.scalars(run.step, named('step_', values));
    },
    save() {
      group.flush();
    },
    epochEnd(_run, { step = 0, ...row }) {
      group.scalars(step, row);
    },
    async end(run, { test }) {
      group.hparams(flattenConfig(run.setup.config), named('test_', test));
      await group.close();
    },
    close(run) {
      const closing = group;
      group = none;
      void closing.close();
      const lost = closing.lost();
      if (lost !== undefined) run.log(lost, 'warn');
    },
  };
}

/** The run's loggers, to give them more than numbers: `loggerOf(run).image(run.step, 'samples', pixels)`. Goes nowhere where the run has none. */
export function loggerOf(run: Run): Required<Logger> {
  return groups.get(run) ?? none;
}

const named = (prefix: string, values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
