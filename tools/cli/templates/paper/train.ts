/**
 * Paper Name, https://arxiv.org/abs/0000.00000
 *
 *   npx atelier train papers/paper_name                       the defaults of config.yaml
 *   npx atelier train papers/paper_name optimizer.lr=3e-4     with another value
 *   npx atelier train papers/paper_name --resume <run>        goes on bitwise where it was stopped
 *
 * What to expect, and what was obtained on which machine in which time, is in README.md.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { compile } from 'common/backend';
import { defineConfig } from 'common/config';
import { classNames, createLoader } from 'common/data';
import { crossEntropy } from 'common/losses';
import { accuracy } from 'common/metrics';
import { createModel, parseModelSpec } from 'common/models';
import { clipGradNorm, valueAndGrads } from 'common/optim';
import { evaluator, startRun } from 'common/training';
import { openData, optimizerOf } from './recipe.js';
import { schema } from './schema.js';

const config = await defineConfig({ schema, dir: import.meta.dirname });
const { seed, batchSize, epochs, labelSmoothing, workers } = config;
const { size, channels, transforms } = config.data;

// Data.
const train = await openData(config.data, 'train');
const test = await openData(config.data, 'test');
const shared = { channels, seed, workers };
const trainLoader = createLoader(train, {
  ...{ ...shared, batchSize, shuffle: true, dropLast: true },
  transforms: transforms.train,
});
const testLoader = createLoader(test, { ...shared, batchSize: 250, transforms: transforms.eval });

// Model and optimizer.
const labels = classNames(train);
const spec = parseModelSpec(config.model);
const model = createModel(spec, { classes: labels.length, channels, size, seed });
const parameters = model.namedParameters();
const optimizer = optimizerOf(config, parameters, trainLoader.length);

export const run = await startRun(config, {
  ...{ model, optimizer, dataset: train.fingerprint },
  task: { model: spec, labels, preprocessing: { transforms: transforms.eval, size, channels } },
  metrics: ['val_loss', 'val_accuracy'],
  monitor: { metric: 'val_accuracy', mode: 'max' },
});

// One step: forward, backward and update are one graph, recorded at the first call and replayed after it.
const step = compile((image: tf.Tensor4D, label: tf.Tensor1D) => {
  const { loss, aux, grads } = valueAndGrads(() => {
    const logits = model.forward(image);
    return { loss: crossEntropy(logits, label, { labelSmoothing }), accuracy: accuracy(logits, label) };
  }, parameters);
  optimizer.step(clipGradNorm(grads, config.optimizer.clipNorm).grads);
  return { loss, accuracy: aux.accuracy };
});
const evaluate = evaluator(model);

for await (const epoch of run.epochs(epochs)) {
  model.train();
  for await (const { image, label } of epoch.batches(trainLoader)) epoch.log(step(image, label));

  const { loss, accuracy } = await evaluate(testLoader);
  epoch.log({ val_loss: loss, val_accuracy: accuracy });
}

// The end: the best weights, tested, drawn and exported.
await run.loadBest();
const { loss, accuracy: correct, confusion, mistakes } = await evaluate(testLoader);
await run.finish({
  test: { loss, accuracy: correct },
  ...{ confusion: confusion.counts, mistakes, dataset: test },
});
await Promise.all([trainLoader.close(), testLoader.close()]);
