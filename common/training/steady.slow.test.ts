// 3,000 steps through the real loop: loader threads, recorded step, evaluation, checkpoints, metrics, plots' data.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { compile, engineStats } from '../backend/index.js';
import { defineConfig } from '../config/index.js';
import {
  classNames,
  createLoader,
  ensureDigits,
  type Loader,
  loadDataset,
  type TransformInput,
} from '../data/index.js';
import { crossEntropy } from '../losses/index.js';
import { accuracy } from '../metrics/index.js';
import { createModel, parseModelSpec } from '../models/index.js';
import { adamw, cosineSchedule, ema, valueAndGrads } from '../optim/index.js';
import { checkpoints, csv, evaluator, progress, startRun } from './index.js';
import { makePaper } from './testing/small.js';

const schema = z.strictObject({ epochs: z.number().default(60) });
const stepsPerEpoch = 50;
const batchSize = 32;
const loaders: Loader[] = [];
let digits: string;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

beforeAll(async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'atelier-steady-')), 'digits');
  digits = await ensureDigits({ folder, train: stepsPerEpoch * batchSize, test: 200 });
});
afterAll(() => Promise.all(loaders.map((loader) => loader.close())));

it('3,000 steps: the same tensors in every step, no more memory after warm-up, nothing compiled anew', async () => {
  const { dir, assets } = await makePaper();
  process.env.ATELIER_ASSETS = assets;
  const config = await defineConfig({ schema, dir, argv: ['epochs=60'] });
  const [train, test] = [await loadDataset(digits, { split: 'train' }), await loadDataset(digits, { split: 'test' })];
  const spec = parseModelSpec({ name: 'vit', patch: 7, dim: 32, depth: 2, heads: 2, dropout: 0.1 });
  const model = createModel(spec, { classes: 10, channels: 1, size: 28, seed: 0 });
  const parameters = model.namedParameters();
  const total = config.epochs * stepsPerEpoch;
  const optimizer = adamw(parameters, { lr: cosineSchedule({ peak: 1e-3, total, warmup: 50 }) });
  const average = ema(model.namedVariables(), { decay: 0.99 });
  const normalize = { name: 'normalize' as const, mean: [0.1], std: [0.3] };
  const affine: TransformInput = { name: 'affine', degrees: 10, translate: [0.1, 0.1], scale: [0.9, 1.1] };
  const trainLoader = createLoader(train, { batchSize, shuffle: true, workers: 1, transforms: [affine, normalize] });
  const testLoader = createLoader(test, { batchSize: 64, workers: 1, transforms: [normalize] });
  loaders.push(trainLoader, testLoader);
  const run = await startRun(config, {
    ...{ model, optimizer, ema: average, metrics: ['val_accuracy'] },
    callbacks: [progress(), csv(), checkpoints({ steps: 20 })],
    task: {
      model: spec,
      labels: classNames(train),
      preprocessing: { transforms: [{ name: 'normalize', mean: [0.1], std: [0.3] }], size: 28, channels: 1 },
    },
  });
  const step = compile((image: tf.Tensor4D, label: tf.Tensor1D) => {
    const { loss, aux, grads } = valueAndGrads(() => {
      const logits = model.forward(image);
      return { loss: crossEntropy(logits, label), accuracy: accuracy(logits, label) };
    }, parameters);
    optimizer.step(grads);
    average.update();
    return { loss, accuracy: aux.accuracy };
  });
  const evaluate = evaluator(model, { classes: 10 });

  const inStep = new Set<number>();
  const betweenEpochs = new Set<number>();
  const resident: number[] = [];
  let compiled = 0;
  for await (const epoch of run.epochs(config.epochs)) {
    model.train();
    for await (const { image, label } of epoch.batches(trainLoader)) {
      epoch.log(step(image, label));
      if (run.step > 0) inStep.add(tf.memory().numTensors);
    }
    average.swap();
    const { loss, accuracy } = await evaluate(testLoader);
    average.swap();
    epoch.log({ val_loss: loss, val_accuracy: accuracy });
    betweenEpochs.add(tf.memory().numTensors);
    collectGarbage();
    resident.push(process.memoryUsage.rss() / 2 ** 20);
    if (epoch.index === 0) compiled = engineStats().compiles;
  }
  await run.close();

  console.log(`resident MiB at each epoch's end: ${resident.map(Math.round).join(' ')}`);
  expect(run.step).toBe(3000);
  expect([...inStep]).toHaveLength(1);
  expect([...betweenEpochs]).toHaveLength(1);
  expect(engineStats().compiles).toBe(compiled);
  // After ten epochs the memory is what it will be; the rest is the allocator's breathing.
  const largest = (values: number[]) => Math.max(...values);
  expect(largest(resident.slice(40)) - largest(resident.slice(10, 25))).toBeLessThan(16);
  expect(run.history.at(-1)?.val_accuracy).toBeGreaterThan(0.5);
});
