import * as tf from '@tensorflow/tfjs-core';
import type { Mix } from '../data/index.js';
import { applyMix, drawMix, mixLabels } from '../data/transforms/mix/index.js';
import type { BatchSource } from './epoch.js';

interface Images<Label> {
  image: tf.Tensor4D;
  label: Label;
  number?: number;
}

/**
 * A loader whose batches are mixed by mixup and CutMix: images with their partners, labels as shares of the classes, float32 [B, classes], which
 * `crossEntropy` takes. How is a function of (seed, epoch, batch), so a resumed run mixes the same.
 * @param mix null: the loader as it is.
 */
export function mixing(
  loader: BatchSource<Images<tf.Tensor1D>>,
  mix: Mix | null,
  { classes, seed = 0 }: { classes: number; seed?: number },
): BatchSource<Images<tf.Tensor1D | tf.Tensor2D>> {
  if (mix === null) return loader;
  return {
    length: loader.length,
    get skipped() {
      return loader.skipped;
    },
    async *batches(epoch, from = 0) {
      let step = from;
      for await (const batch of loader.batches(epoch, from)) {
        step = batch.number ?? step;
        const [count, height, width, channels] = batch.image.shape;
        const parameters = drawMix(mix, { seed, epoch, step, batch: count, height, width });
        const pixels = Float32Array.from(batch.image.dataSync());
        applyMix(pixels, { height, width, channels }, parameters);
        const image = tf.tensor4d(pixels, batch.image.shape);
        const label = tf.tensor2d(mixLabels(batch.label.dataSync(), classes, parameters), [count, classes]);
        yield { ...batch, image, label };
        tf.dispose([image, label]);
        step++;
      }
    },
  };
}

/** Class indices [B] of labels that may be shares of the classes [B, classes]: the class with the largest share. */
export function hardLabels(label: tf.Tensor1D | tf.Tensor2D): tf.Tensor1D {
  return isShares(label) ? tf.cast(tf.argMax<tf.Tensor1D>(label, 1), 'int32') : label;
}

const isShares = (label: tf.Tensor): label is tf.Tensor2D => label.rank === 2;
