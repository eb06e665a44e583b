import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../../data/index.js';
import { writeFileAtomic } from '../../utils/index.js';
import type { Callback } from '../callbacks.js';
import { loggerOf } from '../loggers/index.js';
import { classifierOf } from '../onnx.js';

/**
 * After each evaluation: what the model says of some images, as plots/predictions.png (what it is, what was predicted, how sure) and to the run's loggers.
 * @param rows which images of the data set. Default: the first 16.
 */
export function samplePredictions(
  dataset: Dataset,
  { rows, every = 1 }: { rows?: readonly number[]; every?: number } = {},
): Callback {
  const chosen = rows ?? Array.from({ length: Math.min(16, dataset.length) }, (_, i) => i);
  return {
    name: 'samplePredictions',
    optional: true,
    async epochEnd(run) {
      if (run.history.length % every !== 0) return;
      const { CounterRandom, createPipeline, decodeImage, isImage } = await import('../../data/index.js');
      const { model, task } = classifierOf(run.setup);
      const { transforms, size, channels } = task.preprocessing;
      const pipeline = createPipeline(transforms, { channels });
      const input = new Float32Array(chosen.length * pipeline.volume);
      const images = await Promise.all(
        chosen.map(async (row, i) => {
          const value = await dataset.row(row);
          const image = Object.values(value).find(isImage);
          if (image === undefined) throw new Error(`${dataset.where(row)} has no image`);
          const pixels = await decodeImage(image.bytes, dataset.where(row));
          pipeline.run(pixels, (...key) => new CounterRandom(...key), input, i * pipeline.volume);
          const label = Object.values(value).find((x) => typeof x === 'number');
          return { pixels, label: typeof label === 'number' ? task.labels[label] : undefined };
        }),
      );
      const wasTraining = model.training;
      model.eval();
      const probabilities = tf.tidy(() =>
        tf.softmax(model.forward(tf.tensor4d(input, [chosen.length, size, size, channels]))).arraySync(),
      );
      model.train(wasTraining);
      const captions = probabilities.map((row: number[], i: number) => {
        const best = row.indexOf(Math.max(...row));
        const said = `${task.labels[best] ?? best} ${(100 * (row[best] ?? 0)).toFixed(0)} %`;
        return images[i]?.label === undefined ? said : `${images[i].label}: ${said}`;
      });
      const { imageGrid } = await import('../../visualization/index.js');
      const pictures = images.map(({ pixels: { data, width, height, channels: c } }) => {
        if (c !== 1 && c !== 3 && c !== 4) throw new Error(`an image has ${c} channels`);
        return { data, width, height, channels: c } as const;
      });
      const png = await imageGrid(pictures, captions, { title: `Predictions after step ${run.step}` });
      await writeFileAtomic(join(run.folder, 'plots', 'predictions.png'), png);
      loggerOf(run).image(run.step, 'predictions', await decodeImage(png, 'predictions.png'));
    },
  };
}
