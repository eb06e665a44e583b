// What the config's choices stand for: data, optimizer with its schedule, and the accuracy to expect.

import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { configInfo } from 'common/config';
import { ensureDigits, type ImageDataset, openDataset } from 'common/data';
import { linkDataset } from 'common/hub';
import { adam, adamw, constantSchedule, cosineSchedule, linearSchedule, type Optimizer, sgd } from 'common/optim';
import { assetsDir } from 'common/utils';
import type { Config } from './schema.js';

/** A split of the chosen data set; the built-in digits are made where they are missing. The paper's `data` then links to it. */
export async function openData(data: Config['data'], split: 'train' | 'test'): Promise<ImageDataset> {
  const folder = data.folder ?? (data.id === null ? await ensureDigits() : join(assetsDir(), 'datasets', data.id));
  const dataset = await openDataset(folder, split);
  if (data.folder === null) await linkDataset(import.meta.dirname, folder);
  return dataset;
}

const schedules = { cosine: cosineSchedule, linear: linearSchedule, constant: constantSchedule };

export function optimizerOf(
  { optimizer, schedule, epochs }: Config,
  parameters: Map<string, tf.Variable>,
  stepsPerEpoch: number,
): Optimizer {
  const total = epochs * stepsPerEpoch;
  const warmup = Math.round(schedule.warmup * stepsPerEpoch);
  const lr = schedules[schedule.name]({ peak: optimizer.lr, total, warmup, floor: schedule.floor });
  switch (optimizer.name) {
    case 'sgd':
      return sgd(parameters, { ...optimizer, lr });
    case 'adam':
      return adam(parameters, { ...optimizer, lr });
    case 'adamw':
      return adamw(parameters, { ...optimizer, lr });
  }
}

/** Test accuracy that the README promises for a data set and a model at their default recipe, trained for so many epochs at least. */
const promises: Record<string, Record<string, { epochs: number; accuracy: number }>> = {
  digits: { vit: { epochs: 20, accuracy: 0.97 }, cnn: { epochs: 20, accuracy: 0.98 } },
  mnist: { vit: { epochs: 10, accuracy: 0.988 } },
  cifar10: { resnet18: { epochs: 30, accuracy: 0.9 } },
};

/** Only where the command line changes nothing that the README's numbers depend on. */
export function expected(config: Config): { accuracy?: number } {
  const harmless = /^(data|model|epochs|seed|workers|threads|data\.folder)=/;
  if (!configInfo(config).overrides.every((override) => harmless.test(override))) return {};
  const promise = promises[config.data.name]?.[config.model.name];
  return promise === undefined || config.epochs < promise.epochs ? {} : { accuracy: promise.accuracy };
}
