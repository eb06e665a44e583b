import { join } from 'node:path';
import { requestSweep, SweepDone, type SweepRequest, type SweepResult, suggested, writeSweep } from 'common/training';
import { shortPath, UsageError, UserError } from 'common/utils';
import type { LrFindFlags } from './lrFind.js';
import { StatusLine } from './statusLine.js';
import { formatTable } from './table.js';
import { findPaper, runScript } from './train.js';

export interface FoundLearningRate {
  result: SweepResult;
  /** Where lr_plot.png and results.json are. */
  folder: string;
}

/**
 * Runs a paper's train.ts for a sweep of learning rates and writes lr_plot.png and results.json beside the paper's runs, none of which it touches.
 * The threads of the paper's loaders go on: a program that has no further use for them ends itself.
 * @param overrides as on the command line of `train`.
 */
export async function findLearningRate(
  paper: string,
  overrides: readonly string[] = [],
  request: SweepRequest = {},
): Promise<FoundLearningRate> {
  const path = join(findPaper(paper, 'train.ts'), 'train.ts');
  requestSweep(request);
  try {
    await runScript(path, overrides);
  } catch (error) {
    if (!(error instanceof SweepDone)) throw error;
    await writeSweep(error.folder, error.result);
    return { result: error.result, folder: error.folder };
  }
  throw new UserError(`${path} ended before the sweep did: it trains with no "for await (… of run.epochs(…))".`);
}

/** `atelier lr-find`. */
export async function printLearningRate(paper: string, overrides: string[], flags: LrFindFlags): Promise<void> {
  const status = new StatusLine();
  const request: SweepRequest = {
    ...numbers(flags),
    ...(flags.loss === undefined ? {} : { loss: flags.loss }),
    onStep: (done, total, loss) => status.show(`step ${done} of ${total}: loss ${loss.toPrecision(4)}`),
  };
  const { result, folder } = await findLearningRate(paper, overrides, request).finally(() => status.clear());
  const suggestion = suggested(result);
  const files = ['lr_plot.png', 'results.json'].map((name) => shortPath(join(folder, name)));
  if (flags.json) {
    await write(`${JSON.stringify({ suggestion, ...result, files }, undefined, 2)}\n`);
    return;
  }
  const rows = Object.entries(result.suggestions).map(([rule, lr]) => [rule, lr === null ? '–' : lr.toPrecision(3)]);
  const advice =
    suggestion === null
      ? 'The curve says nothing: try a wider sweep (--start, --end) or more --steps.'
      : `Take ${suggestion.toPrecision(2)} (valley), or somewhat less.`;
  await write(
    `${ends[result.stopped](result)}\n${formatTable(['rule', '>learning rate'], rows)}\n${advice}\nwritten: ${files.join(', ')}\n`,
  );
}

const ends: Record<SweepResult['stopped'], (result: SweepResult) => string> = {
  end: ({ lrs }) => `${lrs.length} steps, up to ${last(lrs)}.`,
  diverged: ({ lrs }) => `Stopped after ${lrs.length} steps at ${last(lrs)}: the loss diverged.`,
  notFinite: ({ lrs }) => `Stopped after ${lrs.length} steps at ${last(lrs)}: the loss was no longer finite.`,
  dataEnded: ({ lrs }) => `Stopped after ${lrs.length} steps: there were no more batches.`,
};

const last = (lrs: readonly number[]): string => (lrs.at(-1) ?? Number.NaN).toPrecision(3);

function numbers({ start, end, steps, beta, divergence }: LrFindFlags): SweepRequest {
  const given = Object.entries({ start, end, steps, beta, divergence }).flatMap(([name, text]) => {
    if (text === undefined) return [];
    const value = Number(text);
    if (text.trim() === '' || Number.isNaN(value)) throw new UsageError(`--${name} ${text}: a number is needed.`);
    return [[name, value] as const];
  });
  return Object.fromEntries(given);
}

const write = (text: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
