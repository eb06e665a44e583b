import type { Optimizer } from '../../optim/index.js';
import type { Callback } from '../callbacks.js';
import { loggerOf } from '../loggers/index.js';

/**
 * Logs with the run's loggers, every `limits.logEvery`-th step, the learning rate that the step was taken with: `lr`, where groups have factors also
 * `lr_times_<factor>`, and the momentum where the optimizer has one.
 */
export function learningRate(optimizer: Pick<Optimizer, 'lr' | 'momentum' | 'lrOf' | 'parameters'>): Callback {
  let factors: number[] | undefined;
  let values: Record<string, number> = {};
  return {
    name: 'learningRate',
    batch() {
      const { lr, momentum } = optimizer;
      values = { lr };
      if (momentum !== undefined) values.momentum = momentum;
      // A warm-up may begin at 0, where every rate is the same.
      if (lr > 0) factors ??= factorsOf(optimizer);
      if (factors !== undefined && factors.length > 1)
        for (const factor of factors) values[`lr_times_${factor}`] = lr * factor;
    },
    step(run) {
      if (run.step % run.limits.logEvery === 0) loggerOf(run).scalars(run.step, values);
    },
  };
}

function factorsOf({ lr, lrOf, parameters }: Pick<Optimizer, 'lr' | 'lrOf' | 'parameters'>): number[] {
  const factors = [...parameters.keys()].map((name) => Number((lrOf(name) / lr).toPrecision(6)));
  return [...new Set(factors)];
}
