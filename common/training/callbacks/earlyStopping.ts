import type { Callback } from '../callbacks.js';
import { isBetter, type Monitor } from '../parts.js';
import type { Run } from '../run.js';
import { checkMonitor } from '../schedule.js';
import type { Row } from '../state.js';

export interface EarlyStoppingOptions {
  /** Default: the run's. */
  monitor?: Monitor;
  /** Evaluations without progress that end the run. Default 3. */
  patience?: number;
  /** Less than this is no progress. Default 0. */
  minDelta?: number;
  /** The run ends at once where the metric is worse than this. Default: never. */
  divergence?: number;
  /** The run ends at once where the metric is as good as this. Default: never. */
  goal?: number;
  /** The run ends at once where the metric is NaN or infinite. Default true. */
  checkFinite?: boolean;
}

/**
 * Ends the run when a metric stops to improve (Lightning's EarlyStopping: evaluations are counted, and it stops when `patience` of them in
 * succession brought no progress). What it decides is a function of the run's history: a resumed run stops where the uninterrupted one does.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const stopWhereDue = (run: Run) => {
    const reason = reasonToStop(run, options);
    if (reason === undefined) return;
    run.stop(`Stopping early after epoch ${run.history.at(-1)?.epoch}: ${reason}.`);
  };
  return {
    name: 'earlyStopping',
    start(run) {
      if (run.history.length > 0) stopWhereDue(run);
    },
    epochEnd: stopWhereDue,
  };
}

function reasonToStop({ history, setup }: Run, options: EarlyStoppingOptions): string | undefined {
  const { monitor = setup.monitor, patience = 3, minDelta = 0, divergence, goal, checkFinite = true } = options;
  const { metric, mode } = monitor;
  for (const row of history.slice(-1)) checkMonitor(metric, row);
  const values = history.map((row: Row) => row[metric] ?? Number.NaN);
  const sign = mode === 'max' ? 1 : -1;
  let best: number | undefined;
  let waited = 0;
  for (const value of values) {
    if (best === undefined || isBetter(value - sign * minDelta, best, mode)) {
      best = value;
      waited = 0;
    } else waited++;
  }
  const last = values.at(-1) ?? Number.NaN;
  if (checkFinite && !Number.isFinite(last)) return `${metric} is ${last}`;
  if (divergence !== undefined && isBetter(divergence, last, mode))
    return `${metric} ${last.toPrecision(4)} is worse than ${divergence}`;
  if (goal !== undefined && !isBetter(goal, last, mode)) return `${metric} has reached ${goal}`;
  return waited >= patience
    ? `${metric} has not improved on ${best?.toPrecision(4)} in ${waited} ${waited === 1 ? 'evaluation' : 'evaluations'}`
    : undefined;
}
