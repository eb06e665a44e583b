// Callbacks, averages and freezing in whole small runs on real images, with numbers that are known otherwise.
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compile } from '../../backend/index.js';
import { defineConfig } from '../../config/index.js';
import { createLoader, type Dataset, ensureDigits, loadDataset } from '../../data/index.js';
import { transformsSchema } from '../../data/transforms/index.js';
import { crossEntropy } from '../../losses/index.js';
import { createModel, parseModelSpec } from '../../models/index.js';
import { BatchNorm2d, Conv2d, GlobalAvgPool2d, initialise, Layer, Linear, ReLU } from '../../nn/index.js';
import {
  cosineSchedule,
  createOptimizer,
  type Optimizer,
  swa,
  updateBatchNorm,
  valueAndGrads,
} from '../../optim/index.js';
import { loadCheckpoint } from '../checkpoint.js';
import {
  checkpoints,
  evaluator,
  fit,
  jsonLines,
  learningRate,
  loggers,
  modelTable,
  type Run,
  samplePredictions,
  startRun,
  tensorBoard,
} from '../index.js';
import { fieldsOf, linesOf, readValues } from '../loggers/testing.js';
import { makePaper } from '../testing/small.js';

let dir: string;
let assets: string;
let train: Dataset;
const normalize = { name: 'normalize' as const, mean: [0.1], std: [0.3] };
const transforms = transformsSchema.parse([{ name: 'resize', size: [28, 28] }, normalize]);
const preprocessing = { transforms, size: 28, channels: 1 as const };
const labels = Array.from({ length: 10 }, (_, i) => String(i));

beforeEach(async () => {
  ({ dir, assets } = await makePaper());
  process.env.ATELIER_ASSETS = assets;
  const digits = await ensureDigits({ folder: join(assets, 'digits'), train: 64, test: 16 });
  train = await loadDataset(digits, { split: 'train' });
});
afterEach(() => rm(assets, { recursive: true, force: true }));

it('learning rates, sample predictions and the model table of a run', async () => {
  const spec = parseModelSpec({ name: 'mlp', hidden: 16 });
  const model = createModel(spec, { classes: 10, channels: 1, size: 28 });
  const schedule = cosineSchedule({ peak: 0.1, total: 8, warmup: 2, warmupFrom: 0 });
  const [first = ''] = model.namedParameters().keys();
  const optimizer = createOptimizer(
    { name: 'sgd', momentum: 0.9, groups: [{ match: first, lrScale: 0.1 }], lr: schedule },
    model.namedParameters(),
  );
  const loader = createLoader(train, { batchSize: 16, workers: 0, transforms: [normalize] });
  const { run } = await fit({
    ...{ model, optimizer, epochs: 2, data: { train: loader, validation: loader } },
    loss: (logits, label) => crossEntropy(logits, label.as1D()),
    ...{ limits: { logEvery: 2 }, task: { model: spec, labels, preprocessing } },
    callbacks: [
      ...[modelTable(), loggers({ to: [tensorBoard(), jsonLines()], every: 0 }), learningRate(optimizer)],
      samplePredictions(train, { rows: [3, 1, 2] }),
    ],
  });
  await run.close();
  await loader.close();
  expect(run.lost).toEqual([]);

  const rates = linesOf(run.folder).filter((line) => 'momentum' in line);
  // The learning rate that step n was taken with: the schedule's after n − 1 steps.
  expect(rates).toEqual(
    [2, 4, 6, 8].map((step) => ({
      ...{ step, time: 0, lr: schedule(step - 1), momentum: 0.9 },
      ...{ lr_times_1: schedule(step - 1), 'lr_times_0.1': schedule(step - 1) * 0.1 },
    })),
  );

  const log = readFileSync(join(run.folder, 'train.log'), 'utf8');
  expect(log).toContain('multiply-adds');
  expect(log).toContain((28 * 28 * 16 + 16 + 16 * 10 + 10).toLocaleString('en'));

  const png = readFileSync(join(run.folder, 'plots', 'predictions.png'));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  const folder = join(run.folder, 'tensorboard');
  const images = readdirSync(folder)
    .flatMap((name) => readValues(join(folder, name)))
    .filter(({ tag }) => tag === 'predictions');
  expect(images.map(({ step }) => step)).toEqual([4, 8]);
  const [width, height] = [2, 1].map((field) =>
    Number(fieldsOf(fieldsOf(images[0]?.value).get(4)?.[0]).get(field)?.[0]),
  );
  expect([width, height]).toEqual([png.readUInt32BE(16), png.readUInt32BE(20)]);
});

class Small extends Layer {
  readonly conv = new Conv2d(1, 3, 3, { stride: 3 });
  readonly norm = new BatchNorm2d(3);
  readonly act = new ReLU();
  readonly pool = new GlobalAvgPool2d();
  readonly head = new Linear(3, 10);
  override forward(x: tf.Tensor): tf.Tensor2D {
    const y = this.head.forward(this.pool.forward(this.act.forward(this.norm.forward(this.conv.forward(x)))));
    return tf.reshape(y, [-1, 10]);
  }
}

interface Trained {
  run: Run;
  model: Small;
  optimizer: Optimizer;
  averages: ReturnType<typeof swa>;
  loader: ReturnType<typeof createLoader>;
}

/** Three epochs of four steps; weights are averaged from the fifth step on; the first layer is frozen in the first epoch. */
async function trained(argv: string[], afterStep: (trained: Trained) => void = () => {}): Promise<Trained> {
  const schema = z.strictObject({ epochs: z.int().default(3), seed: z.int().default(0) });
  const config = await defineConfig({ schema, dir, argv });
  const model = initialise(new Small(), 3);
  const parameters = model.namedParameters();
  const optimizer = createOptimizer({ name: 'adam', lr: 0.01, groups: [{ match: 'head.*', lrScale: 3 }] }, parameters);
  const averages = swa(parameters, { start: 4, every: 2 });
  const loader = createLoader(train, { batchSize: 16, shuffle: true, workers: 0, transforms: [normalize] });
  const run = await startRun(config, {
    ...{ model, optimizer, parts: { swa: averages }, monitor: { metric: 'val_loss', mode: 'min' } },
    ...{ task: { model: { name: 'small' }, labels, preprocessing }, callbacks: [checkpoints({ steps: 1 })] },
  });
  const all = { run, model, optimizer, averages, loader };
  const step = compile((image: tf.Tensor4D, label: tf.Tensor1D) => {
    const { loss, grads } = valueAndGrads(
      () => ({ loss: crossEntropy(model.forward(image), label) }),
      optimizer.trained,
    );
    optimizer.step(grads);
    averages.update();
    return { loss };
  });
  const evaluate = evaluator(model);
  for await (const epoch of run.epochs(config.epochs)) {
    if (epoch.index < 1) optimizer.freeze('conv.*');
    else optimizer.unfreeze('conv.*');
    step.dispose(); // recorded again with what is trained now
    model.train();
    for await (const { image, label } of epoch.batches(loader)) {
      epoch.log(step(image, label));
      afterStep(all);
    }
    epoch.log({ val_loss: (await evaluate(epoch.validation(loader))).loss });
  }
  return all;
}

describe('a loop of its own', () => {
  it('averages weights (SWA) and computes the statistics of batch norm for them anew, as plain loops do', async () => {
    const taken: Map<string, number[]>[] = [];
    const { run, model, averages, loader } = await trained(['epochs=3'], ({ run, model }) => {
      const values = [...model.namedParameters()].map(([name, p]) => [name, Array.from(p.dataSync())] as const);
      // The body's end: this step is not counted yet.
      if ([5, 7, 9, 11].includes(run.step + 1)) taken.push(new Map(values));
    });
    expect(run.step).toBe(12);
    expect(taken.length).toBe(4);
    averages.swap();
    for (const [name, parameter] of model.namedParameters())
      for (const [i, value] of Array.from(parameter.dataSync()).entries()) {
        const mean = taken.reduce((sum, one) => sum + (one.get(name)?.[i] ?? Number.NaN), 0) / 4;
        expect(value, name).toBeCloseTo(mean, 6);
      }

    await updateBatchNorm(model, loader.batches(0));
    const [means, variances]: [number[][], number[][]] = [[], []];
    for await (const { image } of loader.batches(0)) {
      const y = model.conv.forward(image);
      const [count, values] = [y.size / 3, Array.from(y.dataSync())];
      const channels = [0, 1, 2].map((c) => values.filter((_, i) => i % 3 === c));
      const mean = channels.map((channel) => channel.reduce((a, b) => a + b, 0) / count);
      means.push(mean);
      variances.push(
        channels.map((channel, c) => channel.reduce((sum, v) => sum + (v - (mean[c] ?? 0)) ** 2, 0) / (count - 1)),
      );
    }
    const average = (rows: number[][], c: number) => rows.reduce((sum, row) => sum + (row[c] ?? 0), 0) / rows.length;
    const [ranMean, ranVar] = [model.norm.runningMean.dataSync(), model.norm.runningVar.dataSync()];
    for (const c of [0, 1, 2]) {
      expect(ranMean[c]).toBeCloseTo(average(means, c), 5);
      expect(ranVar[c]).toBeCloseTo(average(variances, c), 5);
    }
    await run.close();
    await loader.close();
  });

  it('freezes and unfreezes layers between epochs; a resume from either side ends bitwise the same', async () => {
    const seen: { step: number; conv: number[]; head: number[] }[] = [];
    const whole = await trained(['epochs=3', '--output', join(assets, 'whole')], ({ run, model }) => {
      const [conv, head] = [model.conv.weight, model.head.weight].map((w) => Array.from(w.dataSync()));
      seen.push({ step: run.step + 1, conv: conv ?? [], head: head ?? [] });
    });
    await whole.run.close();
    const start = initialise(new Small(), 3);
    expect(seen[3]?.conv).toEqual(Array.from(start.conv.weight.dataSync()));
    expect(seen[4]?.conv).not.toEqual(seen[3]?.conv);
    expect(seen[0]?.head).not.toEqual(Array.from(start.head.weight.dataSync()));
    // Adam's first step is lr in each weight with a gradient, whatever its size: three times as much in the group's.
    const largest = (a: number[] = [], b: number[] = []) =>
      Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));
    expect(largest(seen[0]?.head, Array.from(start.head.weight.dataSync()))).toBeCloseTo(0.03, 5);
    expect(largest(seen[4]?.conv, seen[3]?.conv)).toBeCloseTo(0.01, 5);

    const last = await loadCheckpoint(whole.run.folder, 'last');
    expect(Number(last.training.get('optimizer.conv.weight.step')?.data[0])).toBe(8);
    const folder = join(assets, 'parts');
    await mkdir(folder);
    const stop =
      (at: number) =>
      ({ run }: Trained) => {
        if (run.step === at) throw new Error('stop');
      };
    await expect(trained(['epochs=3', '--output', folder], stop(2))).rejects.toThrow('stop');
    await expect(trained(['--resume', folder], stop(6))).rejects.toThrow('stop');
    const again = await trained(['--resume', folder]);
    await again.run.close();
    expect(await loadCheckpoint(folder, 'last')).toEqual(last);
  });
});
