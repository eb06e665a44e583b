import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, TransformInput } from 'common/data';

/** What is measured of a data set: images per second of a loader with 2 threads. */
export interface RateCase {
  /** The data set's id: its folder below the folder of data sets. */
  id: string;
  batchSize: number;
  transforms: readonly TransformInput[];
  open(folder: string): Promise<Dataset>;
}

const normalize = (channels: number): TransformInput => ({
  name: 'normalize',
  mean: Array(channels).fill(0.5),
  std: Array(channels).fill(0.25),
});

async function load(folder: string, split: string): Promise<Dataset> {
  const { loadDataset } = await import('common/data');
  return loadDataset(folder, { split });
}

/** Every case decodes every image anew: nothing is kept decoded, as in the peer. */
export const rateCases: Readonly<Record<string, RateCase>> = {
  folder224: {
    id: 'atelier/hymenoptera',
    batchSize: 32,
    transforms: [
      { name: 'randomResizedCrop', size: 224 },
      { name: 'flip' },
      { name: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4 },
      normalize(3),
    ],
    async open(folder) {
      const once = await load(folder, 'train');
      return once.concat(once, once, once, once);
    },
  },
  mnist: {
    id: 'ylecun/mnist',
    batchSize: 128,
    transforms: [{ name: 'randomCrop', padding: 4 }, normalize(1)],
    open: (folder) => load(folder, 'train[:20000]'),
  },
  cifar10: {
    id: 'uoft-cs/cifar10',
    batchSize: 128,
    transforms: [{ name: 'randomCrop', padding: 4 }, { name: 'flip' }, normalize(3)],
    open: (folder) => load(folder, 'train[:20000]'),
  },
};

/** All cases in their order, with the data set each needs. */
export const dataCases: Readonly<Record<string, string>> = {
  first_batch: 'ylecun/mnist',
  ...Object.fromEntries(Object.entries(rateCases).map(([name, { id }]) => [name, id])),
  resnet18_wait: 'uoft-cs/cifar10',
};

/** The folder of a case's data set, or undefined where it is not there. */
export function folderOf(name: string, datasets: string): string | undefined {
  const folder = join(datasets, dataCases[name] ?? '');
  return existsSync(folder) ? folder : undefined;
}
