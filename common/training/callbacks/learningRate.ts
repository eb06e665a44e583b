import type { Optimizer } from '../../optim/index.js';
import type { Callback } from '../callbacks.js';
import { loggerOf } from '../loggers/index.js';

/** Logs the learning rate of every `limits.logEvery`-th step (each group's own, and the momentum where it moves) with the run's loggers. */
export function learningRate(optimizer: Pick<Optimizer, 'lr' | 'momentum' | 'lrOf' | 'parameters'>): Callback {
  // One name of each factor is enough.
  const groups = new Map<number, string>();
  return {
    name: 'learningRate',
    start() {
      for (const name of optimizer.parameters.keys()) {
        const factor = optimizer.lr === 0 ? 1 : Number((optimizer.lrOf(name) / optimizer.lr).toPrecision(6));
        if (!groups.has(factor)) groups.set(factor, name);
      }
    },
    step(run) {
      if (run.step % run.limits.logEvery !== 0) return;
      const { lr, momentum } = optimizer;
      const values: Record<string, number> = { lr };
      if (momentum !== undefined) values.momentum = momentum;
      if (groups.size > 1) for (const factor of groups.keys()) values[`lr_times_${factor}`] = lr * factor;
      loggerOf(run).scalars(run.step, values);
    },
  };
}
