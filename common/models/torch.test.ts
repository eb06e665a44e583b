// The image architectures against PyTorch's printed numbers: names, loss, every gradient, running statistics, ten Adam steps.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile } from '../backend/index.js';
import { crossEntropy } from '../losses/index.js';
import { adam, valueAndGrads } from '../optim/index.js';
import { hashed, hashedImages, hashedLabels, hashedState } from './fixtures/hashed.js';
import { createModel, type ImageTask, type ModelSpecInput } from './index.js';

interface Fixture {
  batch: number;
  losses: number[];
  names: string[];
  gradients: Record<string, { shape: number[]; norm: number; samples: number[] }>;
  buffers: Record<string, number[]>;
}

const digits: ImageTask = { classes: 10, channels: 1, size: 28 };
const colour: ImageTask = { classes: 10, channels: 3, size: 32 };
const cases: [string, ModelSpecInput, ImageTask][] = [
  ['mlp', { name: 'mlp' }, digits],
  ['cnn', { name: 'cnn' }, digits],
  ['vit_d128', { name: 'vit', eps: 1e-5 }, digits],
  ['vit_d384', { name: 'vit', dim: 384, heads: 6, eps: 1e-5 }, digits],
  ['resnet9', { name: 'resnet9' }, colour],
  ['resnet18', { name: 'resnet18' }, colour],
];
// tfjs's plain JavaScript kernels would need minutes for these.
const heavy = new Set(['cnn', 'vit_d384', 'resnet9', 'resnet18']);

/** The elements that make_torch.py prints: all of a small tensor, else those at hashed places. */
function sampled(name: string, tensor: tf.Tensor, count: number): number[] {
  const all = Array.from(tensor.dataSync());
  if (all.length <= count) return all;
  return Array.from(hashed(`sample ${name}`, count), (u) => all[Math.floor(u * all.length)]!);
}
const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

describe.each(cases)('%s is PyTorch’s', (title, spec, task) => {
  const fixture: Fixture = JSON.parse(readFileSync(new URL(`./fixtures/${title}.json`, import.meta.url), 'utf8'));
  const { batch, gradients } = fixture;

  function start() {
    const model = createModel(spec, task);
    const state = model.stateDict();
    for (const [name, value] of hashedState(Object.entries(gradients).map(([name, { shape }]) => [name, shape])))
      state.set(name, value);
    model.loadStateDict(state);
    const images = tf.tensor4d(hashedImages(batch, task.channels, task.size), [
      batch,
      task.size,
      task.size,
      task.channels,
    ]);
    const labels = tf.tensor1d(hashedLabels(batch), 'int32');
    return { model, images, labels };
  }

  test('names and shapes', () => {
    const model = createModel(spec, task);
    const variables = model.namedVariables();
    expect([...variables.keys()]).toEqual(fixture.names);
    for (const [name, { shape }] of Object.entries(gradients)) expect(variables.get(name)?.shape, name).toEqual(shape);
    model.dispose();
  });

  test.skipIf(heavy.has(title) && tf.getBackend() === 'cpu')('loss, gradients and running statistics', () => {
    const { model, images, labels } = start();
    const parameters = model.namedParameters();
    const step = compile((x: tf.Tensor4D, y: tf.Tensor1D) => {
      const { loss, grads } = valueAndGrads(() => crossEntropy(model.forward(x), y), parameters);
      return { loss, grads: Object.fromEntries(grads) };
    });
    const { loss, grads } = step(images, labels);
    expect(Math.abs(loss.dataSync()[0]! / fixture.losses[0]! - 1)).toBeLessThan(1e-4);
    for (const [name, expected] of Object.entries(gradients)) {
      const found = sampled(name, grads[name]!, expected.samples.length);
      const difference = norm(found.map((value, i) => value - expected.samples[i]!));
      expect(difference / norm(expected.samples), `gradient of ${name}`).toBeLessThan(1e-4);
      expect(
        Math.abs(norm(Array.from(grads[name]!.dataSync())) / expected.norm - 1),
        `norm of the gradient of ${name}`,
      ).toBeLessThan(1e-4);
    }
    for (const [name, buffer] of model.namedBuffers()) {
      const expected = fixture.buffers[name]!;
      sampled(name, buffer, expected.length).forEach((value, i) => {
        expect(Math.abs(value - expected[i]!), `${name}[${i}]`).toBeLessThan(
          1e-5 * Math.max(1, Math.abs(expected[i]!)),
        );
      });
    }
    model.dispose();
  });

  test.skipIf(heavy.has(title) && tf.getBackend() === 'cpu')('ten Adam steps', () => {
    const { model, images, labels } = start();
    const parameters = model.namedParameters();
    const optimizer = adam(parameters, { lr: 1e-4 });
    const step = compile((x: tf.Tensor4D, y: tf.Tensor1D) => {
      const { loss, grads } = valueAndGrads(() => crossEntropy(model.forward(x), y), parameters);
      optimizer.step(grads);
      return loss;
    });
    const losses = fixture.losses.map(() => tf.tidy(() => step(images, labels).dataSync()[0]!));
    // Rounding in float32 alone moves PyTorch's own losses by up to this much (losses_float32 in the fixtures).
    fixture.losses.forEach((expected, i) => {
      expect(Math.abs(losses[i]! - expected), `step ${i}: ${losses[i]} against ${expected}`).toBeLessThan(
        1e-3 * expected + 2e-5,
      );
    });
    optimizer.dispose();
    model.dispose();
  });
});
