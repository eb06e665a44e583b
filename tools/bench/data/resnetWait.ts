// The part of a ResNet-18 training step on CIFAR-10 in which the main thread waits for its batch or copies it: npx tsx resnetWait.ts <data set folder>.
import type * as tf from '@tensorflow/tfjs-core';
import { compile } from 'common/backend';
import { createLoader, loadDataset } from 'common/data';
import { crossEntropy } from 'common/losses';
import { createModel, parseModelSpec } from 'common/models';
import { sgd, valueAndGrads } from 'common/optim';
import { rateCases } from './cases.js';

const steps = 6;
const { transforms, batchSize } = rateCases.cifar10!;
const dataset = await loadDataset(process.argv[2] ?? '', { split: 'train' });
const loader = createLoader(dataset, { transforms, batchSize, shuffle: true, workers: 1 });
const model = createModel(parseModelSpec({ name: 'resnet18' }), { classes: 10, channels: 3, size: 32, seed: 0 });
const parameters = model.namedParameters();
const optimizer = sgd(parameters, { lr: 0.1, momentum: 0.9 });
const step = compile((image: tf.Tensor4D, label: tf.Tensor1D) => {
  const { loss, grads } = valueAndGrads(() => ({ loss: crossEntropy(model.forward(image), label) }), parameters);
  optimizer.step(grads);
  return { loss };
});
const batches = loader.batches(0);
let waited = 0;
let worked = 0;
for (let i = 0; i <= steps; i++) {
  const start = performance.now();
  const { value } = await batches.next();
  const there = performance.now();
  const { loss } = step(value.image, value.label);
  loss.dataSync();
  loss.dispose();
  // The first step records and compiles.
  if (i === 0) continue;
  waited += there - start;
  worked += performance.now() - there;
}
await batches.return?.();
await loader.close();
const line = {
  case: 'resnet18_wait',
  engine: 'atelier, 1 worker',
  waiting_percent: Number(((100 * waited) / (waited + worked)).toFixed(2)),
};
console.log(
  JSON.stringify({ ...line, step_ms: Math.round(worked / steps), wait_ms: Number((waited / steps).toFixed(2)) }),
);
