// What the config's choices stand for: data, and the accuracy to expect.

import { join } from 'node:path';
import { configInfo } from 'common/config';
import { type Dataset, ensureDigits, loadDataset } from 'common/data';
import { linkDataset, terminalProgress } from 'common/hub';
import { assetsDir } from 'common/utils';
import type { Config } from './schema.js';

/** A split of the chosen data set; what is missing is drawn (the built-in digits) or downloaded. The paper's `data` then links to it. */
export async function openData(data: Config['data'], split: 'train' | 'test'): Promise<Dataset> {
  const source = data.folder ?? data.id ?? (await ensureDigits());
  const progress = terminalProgress();
  const dataset = await loadDataset(source, { split, onProgress: progress.update }).finally(progress.stop);
  if (data.folder === null)
    await linkDataset(import.meta.dirname, data.id === null ? source : join(assetsDir(), 'datasets', data.id));
  return dataset;
}

/** Test accuracy that the README promises for a data set and a model at their default recipe, trained for so many epochs at least. */
const promises: Record<string, Record<string, { epochs: number; accuracy: number }>> = {
  digits: { vit: { epochs: 20, accuracy: 0.97 }, cnn: { epochs: 20, accuracy: 0.98 } },
  mnist: { vit: { epochs: 10, accuracy: 0.988 } },
  cifar10: { resnet18: { epochs: 30, accuracy: 0.9 } },
};

/** Only where the command line changes nothing that the README's numbers depend on. */
export function expected(config: Config): { accuracy?: number } {
  const harmless = /^(data|model|epochs|seed|workers|threads|limits\.(sanityBatches|logEvery)|data\.folder)=/;
  if (!configInfo(config).overrides.every((override) => harmless.test(override))) return {};
  const promise = promises[config.data.name]?.[config.model.name];
  return promise === undefined || config.epochs < promise.epochs ? {} : { accuracy: promise.accuracy };
}
