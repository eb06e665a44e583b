import * as tf from '@tensorflow/tfjs-core';
import { random } from '../../backend/index.js';
import type { StateDict } from '../../nn/index.js';
import type { Schedule } from '../../optim/index.js';
import type { BatchSource } from '../epoch.js';
import type { Stateful } from '../parts.js';
import { Sweep, type SweepOptions, type SweepResult } from './sweep.js';

/** An optimizer whose learning rate can be given. */
export interface SweptOptimizer extends Stateful {
  iterations: number;
  get lr(): number;
  set lr(value: number | Schedule);
}

export interface LrFindOptions<B> extends SweepOptions {
  /** One step on a batch, compiled or not, which updates with `optimizer` and gives the loss: alone, or as `loss` among others. */
  step: (batch: B) => tf.Tensor | number | { loss: tf.Tensor | number };
  optimizer: SweptOptimizer;
  /** The optimizer's learning rate, which is put back at the end. Default: the number that it is now. */
  schedule?: number | Schedule;
  model: Stateful;
  /** What else a step changes (averages …). */
  parts?: readonly Stateful[];
  /** Batches; as many epochs of them as the sweep needs. */
  batches: BatchSource<B>;
}

/**
 * Trains for a sweep of learning rates and says which to take. Model, optimizer with its schedule, `parts` and the position of the random
 * numbers are afterwards as before, after an error too.
 */
export async function lrFind<B>({
  step,
  optimizer,
  schedule = optimizer.lr,
  model,
  parts = [],
  batches,
  ...options
}: LrFindOptions<B>): Promise<SweepResult> {
  const sweep = new Sweep(options);
  const restore = snapshot(optimizer, schedule, [model, ...parts]);
  const before = optimizer.iterations;
  try {
    optimizer.lr = (iteration) => sweep.lrAt(iteration - before);
    for (let epoch = 0; ; epoch++) {
      const length = sweep.length;
      for await (const batch of batches.batches(epoch)) if (sweep.add(lossOf(step(batch)))) return sweep.result();
      if (sweep.length === length) return sweep.result(); // no batch at all
    }
  } finally {
    restore();
  }
}

/** The loss among the values of a step; every tensor is disposed. */
function lossOf(values: tf.Tensor | number | { loss: tf.Tensor | number }): number {
  const loss = typeof values === 'number' || values instanceof tf.Tensor ? values : values.loss;
  const number = typeof loss === 'number' ? loss : (loss.dataSync()[0] ?? Number.NaN);
  tf.dispose(values);
  return number;
}

function snapshot(optimizer: SweptOptimizer, lr: number | Schedule, parts: readonly Stateful[]): () => void {
  const all = [...parts, optimizer];
  const states = all.map((part) => copyOf(part.stateDict()));
  const { counter } = random;
  return () => {
    all.forEach((part, i) => {
      part.loadStateDict(states[i] ?? new Map());
    });
    optimizer.lr = lr;
    random.counter = counter;
  };
}

/** A state dict may be a view of what the next step overwrites. */
function copyOf(state: StateDict): StateDict {
  return new Map(
    [...state].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }] as const),
  ) as StateDict;
}
