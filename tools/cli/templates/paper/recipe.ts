// What the config's choices stand for: the data, and the optimizer with its schedule.

import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import { type Dataset, ensureDigits, loadDataset } from 'common/data';
import { linkDataset } from 'common/hub';
import { adamw, cosineSchedule, type Optimizer } from 'common/optim';
import { assetsDir } from 'common/utils';
import type { Config } from './schema.js';

/** A split of the chosen data set; what is missing is drawn (the built-in digits) or downloaded. The paper's `data` then links to it. */
export async function openData(data: Config['data'], split: 'train' | 'test'): Promise<Dataset> {
  const source = data.folder ?? data.id ?? (await ensureDigits());
  const dataset = await loadDataset(source, { split });
  if (data.folder === null)
    await linkDataset(import.meta.dirname, data.id === null ? source : join(assetsDir(), 'datasets', data.id));
  return dataset;
}

export function optimizerOf(
  { optimizer: { lr: peak, warmup, weightDecay }, epochs }: Config,
  parameters: Map<string, tf.Variable>,
  stepsPerEpoch: number,
): Optimizer {
  const steps = { total: epochs * stepsPerEpoch, warmup: Math.round(warmup * stepsPerEpoch) };
  return adamw(parameters, { lr: cosineSchedule({ peak, ...steps }), weightDecay });
}
