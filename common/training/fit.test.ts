import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compile } from '../backend/index.js';
import { crossEntropy } from '../losses/index.js';
import { accuracy } from '../metrics/index.js';
import { createModel, type ImageModel, parseModelSpec } from '../models/index.js';
import { Flatten, initialise, Layer, Linear, Module, Sequential } from '../nn/index.js';
import { accumulator, adamw, cosineSchedule, createClip, ema, sgd, valueAndGrads } from '../optim/index.js';
import { checkpoints, fit, modelSummary, profiler, startRun, stopAtNaN } from './index.js';
import { loader, makePaper, validation } from './testing/small.js';

let assets: string;

beforeEach(async () => {
  ({ assets } = await makePaper());
  process.env.ATELIER_ASSETS = assets;
});
afterEach(() => rm(assets, { recursive: true, force: true }));

const spec = parseModelSpec({ name: 'vit', patch: 2, dim: 8, depth: 2, heads: 2, dropout: 0.1 });
const task = {
  model: spec,
  labels: ['top', 'middle', 'bottom'],
  preprocessing: { transforms: [{ name: 'normalize' as const, mean: [0], std: [1] }], size: 4, channels: 1 as const },
};
const build = (dropout = 0.1) =>
  createModel(parseModelSpec({ ...spec, dropout }), { classes: 3, channels: 1, size: 4, seed: 1 });
const schedule = () => cosineSchedule({ peak: 0.01, total: 14, warmup: 2 });
const loss = (logits: tf.Tensor2D, label: tf.Tensor) => crossEntropy(logits, label.as1D(), { labelSmoothing: 0.1 });
const weightsOf = (model: ImageModel) =>
  new Map([...model.stateDict()].map(([name, { data }]) => [name, Array.from(data, Number)]));

describe('fit', () => {
  it('goes on by its options alone: output and resume', async () => {
    const training = async (output: string, options: { resume?: string; limits?: { maxSteps: number } }) => {
      const model = build();
      const { run } = await fit({
        ...{ model, optimizer: adamw(model.namedParameters(), { lr: schedule() }), loss, task, epochs: 2, seed: 5 },
        ...{ data: { train: loader, validation }, callbacks: [checkpoints()] },
        ...(options.resume === undefined ? { output: join(assets, output), ...options } : options),
      });
      await run.close();
      expect(run.folder).toBe(join(assets, output));
      return { step: run.step, weights: weightsOf(model) };
    };
    const whole = await training('whole', {});
    const stopped = await training('stopped', { limits: { maxSteps: 3 } });
    expect(stopped.step).toBe(3);
    const resumed = await training('stopped', { resume: join(assets, 'stopped') });
    expect(resumed.step).toBe(whole.step);
    expect(resumed.weights).toEqual(whole.weights);
    expect(stopped.weights).not.toEqual(whole.weights);
    await expect(training('whole', {})).rejects.toThrow(/already holds a run/);
  });

  it('gives the bits of the loop written out: clipping, averages, dropout, accumulation', async () => {
    const limits = { accumulate: 2 };
    const callbacks = () => [checkpoints()];
    const clip = createClip({ name: 'norm', max: 0.5 });

    const fitted = build();
    const optimizer = adamw(fitted.namedParameters(), { lr: schedule() });
    const average = ema(fitted.namedVariables(), { decay: 0.9 });
    const result = await fit({
      ...{
        model: fitted,
        optimizer,
        loss,
        measures: { accuracy: (a, b) => accuracy(a, b.as1D()) },
        ema: average,
        clip,
      },
      ...{ data: { train: loader, validation }, epochs: 2, task, limits, callbacks: callbacks(), seed: 5 },
    });
    await result.run.close();

    const model = build();
    const parameters = model.namedParameters();
    const other = adamw(parameters, { lr: schedule() });
    const averages = ema(model.namedVariables(), { decay: 0.9 });
    const sums = accumulator(parameters);
    const monitor = { metric: 'val_loss', mode: 'min' } as const;
    const run = await startRun(
      { epochs: 2 },
      { model, optimizer: other, ema: averages, task, limits, callbacks: callbacks(), seed: 5, monitor },
    );
    const step = compile((image: tf.Tensor4D, label: tf.Tensor1D, updates: boolean) => {
      const {
        loss: value,
        aux,
        grads,
      } = valueAndGrads(() => {
        const logits = model.forward(image);
        return { loss: loss(logits, label), accuracy: accuracy(logits, label) };
      }, parameters);
      sums.add(grads, image.shape[0]);
      if (updates) {
        other.step(clip(sums.take(), parameters).grads);
        averages.update();
      }
      return { loss: value, accuracy: aux.accuracy };
    });
    for await (const epoch of run.epochs(2)) {
      model.train();
      for await (const { image, label } of epoch.batches(loader)) epoch.log(step(image, label, epoch.updates));
      model.eval();
      averages.swap();
      let [sum, right, count] = [0, 0, 0];
      for await (const { image, label } of epoch.validation(validation).batches(0)) {
        const logits = model.forward(image);
        sum += (loss(logits, label).dataSync()[0] ?? 0) * image.shape[0];
        right += (accuracy(logits, label).dataSync()[0] ?? 0) * image.shape[0];
        count += image.shape[0];
      }
      averages.swap();
      epoch.log({ val_loss: sum / count, val_accuracy: right / count });
    }
    await run.close();
    expect(weightsOf(fitted)).toEqual(weightsOf(model));
    for (const [i, row] of result.history.entries()) {
      expect({ ...row, val_loss: 0 }).toEqual({ ...run.history[i], val_loss: 0 });
      // Compiled there, eager here: other sums, the same number.
      expect(row.val_loss).toBeCloseTo(run.history[i]?.val_loss ?? Number.NaN, 5);
    }
    expect(result.best?.metric).toBe('val_loss');
  });

  it('two batches accumulated are the large batch, though their sizes differ', async () => {
    const train = async (parts: number[], accumulate: number) => {
      const model = build(0);
      const optimizer = sgd(model.namedParameters(), { lr: 0.1, momentum: 0.9, weightDecay: 0 });
      const source = {
        length: parts.length,
        async *batches(_epoch: number, from = 0) {
          const all: { image: tf.Tensor4D; label: tf.Tensor1D }[] = [];
          for await (const batch of loader.batches(0)) {
            all.push({ image: batch.image.clone(), label: batch.label.clone() });
            if (all.length === 2) break;
          }
          const image = tf.concat(all.map((batch) => batch.image));
          const label = tf.concat(all.map((batch) => batch.label));
          let at = 0;
          for (const [i, n] of parts.entries()) {
            if (i >= from) yield { image: tf.slice(image, [at], [n]), label: tf.slice(label, [at], [n]) };
            at += n;
          }
        },
      };
      const { run } = await fit({
        ...{ model, optimizer, loss, data: { train: source }, epochs: 3, task, callbacks: [] },
        ...{ limits: { accumulate }, name: `parts-${parts.length}` },
      });
      await run.close();
      return { step: run.step, weights: weightsOf(model), history: run.history };
    };
    const [large, small] = [await train([16], 1), await train([5, 8, 3], 3)];
    expect(small.step).toBe(large.step);
    for (const [name, values] of large.weights)
      for (const [j, value] of values.entries())
        expect(small.weights.get(name)?.[j], `${name} ${j}`).toBeCloseTo(value, 5);
    expect(small.history.at(-1)?.train_loss).toBeCloseTo(large.history.at(-1)?.train_loss ?? Number.NaN, 5);
  });
});

class Log extends Layer {
  override forward(x: tf.Tensor): tf.Tensor {
    return tf.log(tf.add(x, 100));
  }
}

class Logarithms extends Module {
  readonly net = new Sequential(new Flatten(), new Linear(16, 8), new Log(), new Linear(8, 3));
  forward(x: tf.Tensor4D): tf.Tensor2D {
    return tf.reshape(this.net.forward(x), [-1, 3]);
  }
}

describe('NaN', () => {
  it('at step 100 names the layer that produced it, from the weights before that step', async () => {
    const model = new Logarithms();
    initialise(model, 0);
    const optimizer = sgd(model.namedParameters(), { lr: 0.01 });
    // The images of the second batch of the fifteenth epoch are so large that a logarithm of a negative number is taken.
    const source = {
      length: 7,
      async *batches(epoch: number, from = 0) {
        let b = from;
        for await (const { image, label } of loader.batches(epoch, from)) {
          const poisoned = epoch === 14 && b === 1;
          b++;
          yield poisoned ? { image: tf.mul<tf.Tensor4D>(image, 1e4), label } : { image, label };
        }
      },
    };
    const seen: number[] = [];
    const failing = fit({
      ...{ model, optimizer, loss, data: { train: source }, epochs: 20, task },
      callbacks: [{ name: 'count', step: (run) => void seen.push(run.step) }, stopAtNaN(), checkpoints({ steps: 9 })],
    });
    const message = await failing.catch((error: unknown) => String(error));
    expect(message).toMatch(/Step 100: loss is NaN \(epoch 15, batch 2/);
    expect(message).toMatch(
      /first layer with a result that is not finite is net\.2 \(Log\): \d+ of 64 .*largest input \d+/,
    );
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  it('from the loss is told as such', async () => {
    const model = build(0);
    const optimizer = sgd(model.namedParameters(), { lr: 0.01 });
    const bad = (logits: tf.Tensor2D, label: tf.Tensor) =>
      tf.mul(loss(logits, label), tf.sqrt(tf.scalar(-1))).asScalar();
    const failing = fit({
      ...{
        model,
        optimizer,
        loss: bad,
        data: { train: loader },
        epochs: 1,
        task,
        callbacks: [stopAtNaN(), checkpoints()],
      },
    });
    await expect(failing).rejects.toThrow(
      /Step 1: loss is NaN.*\nEvery layer gives finite numbers.*comes from the loss/,
    );
  });
});

describe('what a run shows', () => {
  it('the model summary counts what is known of a Vision Transformer', async () => {
    const model = createModel(parseModelSpec({ name: 'vit', patch: 4, dim: 192, depth: 12, heads: 3 }), {
      ...{ classes: 10, channels: 3, size: 32 },
    });
    const { parameters, multiplyAdds, layers } = await modelSummary(model, tf.zeros([1, 32, 32, 3]));
    const [D, T, P] = [192, 65, 48];
    const block = 4 * D * D + 4 * D + (8 * D * D + 5 * D) + 4 * D;
    expect(parameters).toBe(P * D + D + T * D + D + 12 * block + 2 * D + D * 10 + 10);
    // The last block answers for the class token only, which is all that the head looks at.
    const full = T * 12 * D * D + 2 * T * T * D;
    const last = T * 2 * D * D + D * D + 2 * T * D + 9 * D * D;
    expect(multiplyAdds).toBe(64 * P * D + 11 * full + last + D * 10);
    expect(layers.find(({ name }) => name === 'blocks.0.mlp')).toMatchObject({
      ...{ kind: 'Mlp', shape: [1, 65, 192], multiplyAdds: T * 8 * D * D, parameters: 8 * D * D + 5 * D },
    });
    expect((await modelSummary(model, tf.zeros([1, 32, 32, 3]), { depth: 1 })).toString()).toContain('multiply-adds');
  });

  it("the profiler writes the operators' times and a Chrome trace", async () => {
    const model = build();
    const optimizer = sgd(model.namedParameters(), { lr: 0.01 });
    const callbacks = [profiler({ steps: 4 }), checkpoints()];
    const { run } = await fit({ model, optimizer, loss, data: { train: loader }, epochs: 1, task, callbacks });
    await run.close();
    expect(run.lost).toEqual([]);
    expect(await readFile(join(run.folder, 'profile', 'operators.txt'), 'utf8')).toMatch(/MatMul|Gemm/);
    const trace: unknown = JSON.parse(await readFile(join(run.folder, 'profile', 'trace.json'), 'utf8'));
    expect(trace).toContainEqual(expect.objectContaining({ cat: 'Node', ph: 'X' }));
    expect(existsSync(join(run.folder, 'profile', 'part'))).toBe(false);
  });
});
