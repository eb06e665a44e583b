import * as tf from '@tensorflow/tfjs-core';
import { compile } from '../backend/index.js';

/** A module of nn, by what is needed of it: optim stands below nn. */
interface Part {
  training: boolean;
}

/** What a BatchNorm2d has. */
interface BatchNorm extends Part {
  momentum: number | null;
  runningMean: tf.Variable;
  runningVar: tf.Variable;
  numBatchesTracked: tf.Variable;
}

interface Model {
  namedModules(): Map<string, Part>;
  train(): unknown;
  forward(x: tf.Tensor4D): tf.Tensor;
}

const isBatchNorm = (part: Part): part is BatchNorm =>
  'runningMean' in part && 'runningVar' in part && 'numBatchesTracked' in part && 'momentum' in part;

/**
 * Computes the running statistics of batch normalisation anew, as the mean over one pass of the data, as torch.optim.swa_utils.update_bn:
 * needed after weights
 * were averaged or loaded without statistics. Nothing happens where the model has none. Afterwards the model is in the mode it was in.
 *
 * @param batches images, or a loader's batches, whose images are disposed after use.
 */
export async function updateBatchNorm(
  model: Model,
  batches: AsyncIterable<tf.Tensor4D | { image: tf.Tensor4D }>,
): Promise<void> {
  const layers = [...model.namedModules().values()].filter(isBatchNorm);
  if (layers.length === 0) return;
  const modes = new Map([...model.namedModules().values()].map((module) => [module, module.training]));
  const momenta = layers.map((layer) => layer.momentum);
  // A compiled function without a result would be cut down to what is assigned: just the statistics.
  const pass = compile((image: tf.Tensor4D) => {
    tf.tidy(() => void model.forward(image));
  });
  try {
    for (const layer of layers) {
      layer.runningMean.assign(tf.zerosLike(layer.runningMean));
      layer.runningVar.assign(tf.onesLike(layer.runningVar));
      layer.numBatchesTracked.assign(tf.zerosLike(layer.numBatchesTracked));
      layer.momentum = null;
    }
    model.train();
    for await (const batch of batches) {
      const image = batch instanceof tf.Tensor ? batch : batch.image;
      pass(image);
      if (batch instanceof tf.Tensor) continue;
      for (const value of Object.values(batch)) if (value instanceof tf.Tensor) value.dispose();
    }
  } finally {
    pass.dispose();
    layers.forEach((layer, i) => {
      layer.momentum = momenta[i] ?? null;
    });
    for (const [module, training] of modes) module.training = training;
  }
}
