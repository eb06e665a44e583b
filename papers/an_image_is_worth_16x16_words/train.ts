/**
 * An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale (Dosovitskiy et al. 2021), https://arxiv.org/abs/2010.11929
 *
 *   npx atelier train papers/an_image_is_worth_16x16_words                          built-in digits, a small Vision Transformer
 *   npx atelier train papers/an_image_is_worth_16x16_words data=mnist epochs=10
 *   npx atelier train papers/an_image_is_worth_16x16_words data=cifar10 model=resnet18
 *   npx atelier train papers/an_image_is_worth_16x16_words --resume <run>           goes on bitwise where it was stopped
 *
 * What to expect, and what was obtained on which machine in which time, is in README.md.
 * There is no validation split in these data sets: `val_*` and the choice of the best epoch are on the test split, as is usual for them.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { compile, configureEngine } from 'common/backend';
import { defineConfig } from 'common/config';
import { classNames, createLoader } from 'common/data';
import { crossEntropy } from 'common/losses';
import { accuracy } from 'common/metrics';
import { createModel, parseModelSpec } from 'common/models';
import { accumulator, clipGradNorm, createScheduledOptimizer, ema, valueAndGrads } from 'common/optim';
import { evaluator, hardLabels, mixing, startRun } from 'common/training';
import { expected, openData } from './recipe.js';
import { schema } from './schema.js';

const config = await defineConfig({ schema, dir: import.meta.dirname });
const { seed, batchSize, epochs, labelSmoothing, clipNorm } = config;
const { size, channels, transforms } = config.data;
if (config.threads !== null) configureEngine({ threads: config.threads });

// Data: decoded and augmented in threads; order and augmentation are functions of (seed, epoch, row).
const train = await openData(config.data, 'train');
const test = await openData(config.data, 'test');
const shared = { channels, seed, workers: config.workers };
const trainLoader = createLoader(train, {
  ...{ ...shared, batchSize, shuffle: true, dropLast: true },
  transforms: transforms.train,
});
const testLoader = createLoader(test, { ...shared, batchSize: 250, transforms: transforms.eval });

// Model and optimizer.
const labels = classNames(train);
const spec = parseModelSpec(config.model);
const model = createModel(spec, { classes: labels.length, channels, size, seed });
const batches = mixing(trainLoader, config.mix, { classes: labels.length, seed });
const parameters = model.namedParameters();
const { optimizer, schedule } = createScheduledOptimizer(config, parameters, trainLoader.length);
const average = config.ema === null ? undefined : ema(model.namedVariables(), config.ema);
const sums = config.limits.accumulate > 1 ? accumulator(parameters) : undefined;

export const run = await startRun(config, {
  ...{ model, optimizer, schedule, ema: average, dataset: train.fingerprint },
  task: { model: spec, labels, preprocessing: { transforms: transforms.eval, size, channels } },
  metrics: ['val_loss', 'val_accuracy'],
  monitor: { metric: 'val_accuracy', mode: 'max' },
});
run.log(describe());

// One step: forward, backward and update are one graph, recorded at the first call and replayed after it.
// `updates`: whether the batch completes a step, or its gradients are only added up (limits.accumulate).
const step = compile((image: tf.Tensor4D, label: tf.Tensor1D | tf.Tensor2D, updates: boolean) => {
  const { loss, aux, grads } = valueAndGrads(() => {
    const logits = model.forward(image);
    return { loss: crossEntropy(logits, label, { labelSmoothing }), accuracy: accuracy(logits, hardLabels(label)) };
  }, parameters);
  sums?.add(grads, image.shape[0]);
  if (updates) {
    const whole = sums?.take() ?? grads;
    optimizer.step(clipNorm === null ? whole : clipGradNorm(whole, clipNorm).grads);
    average?.update();
  }
  return { loss, accuracy: aux.accuracy };
});
const evaluate = evaluator(model);

for await (const epoch of run.epochs(epochs)) {
  model.train();
  for await (const { image, label } of epoch.batches(batches)) epoch.log(step(image, label, epoch.updates));

  average?.swap(); // the averages are what is evaluated and kept as best
  const { loss, accuracy } = await evaluate(epoch.validation(testLoader));
  average?.swap();
  epoch.log({ val_loss: loss, val_accuracy: accuracy });
}

// The end: the best weights, tested, drawn and exported.
await run.loadBest();
const { loss, accuracy: correct, confusion, mistakes } = await evaluate(testLoader);
await run.finish({
  ...{ test: { loss, accuracy: correct }, expected: expected(config) },
  ...{ confusion: confusion.counts, mistakes, dataset: test },
});
await Promise.all([trainLoader.close(), testLoader.close()]);

function describe(): string {
  const count = [...parameters.values()].reduce((sum, { size }) => sum + size, 0);
  const images = `${train.name}: ${train.length} train, ${test.length} test images ${size}×${size}×${channels}`;
  return `${images}; ${spec.name}: ${count.toLocaleString('en')} parameters; ${epochs} epochs of ${trainLoader.length} steps`;
}
