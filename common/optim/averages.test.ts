// Weight averaging, batch norm refreshed, gradients accumulated.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile } from '../backend/index.js';
import { createModel } from '../models/index.js';
import { BatchNorm2d } from '../nn/index.js';
import { accumulator, adamw, clipGradNorm, swa, updateBatchNorm, valueAndGrads } from './index.js';

const fixture: { swa: number[]; bn: { mean: number[]; var: number[]; batches: number } } = JSON.parse(
  readFileSync(new URL('./fixtures/parts.json', import.meta.url), 'utf8'),
);
const first = (tensor: tf.Tensor | undefined) => tensor!.dataSync()[0]!;

describe('stochastic weight averaging', () => {
  test.each([false, true])('has the means of AveragedModel (compiled: %s)', (compiled) => {
    const p = tf.variable(tf.scalar(0));
    const averages = swa(new Map([['p', p]]));
    const t = tf.variable(tf.scalar(0));
    const body = () => {
      t.assign(tf.add(t, 1));
      p.assign(tf.square(t));
      averages.update();
      return tf.scalar(0);
    };
    const step = compiled ? compile(body) : body;
    for (const expected of fixture.swa) {
      tf.tidy(() => void step());
      expect(first(averages.averages.get('p'))).toBeCloseTo(expected, 4);
    }
  });

  test('from a start on, every so many updates; state makes the round trip', () => {
    const p = tf.variable(tf.scalar(7));
    let averages = swa(new Map([['p', p]]), { start: 3, every: 2 });
    const taken: number[] = [];
    for (let t = 1; t <= 9; t++) {
      p.assign(tf.scalar(t * t));
      averages.update();
      if (t === 5) {
        const state = averages.stateDict();
        averages = swa(new Map([['p', p]]), { start: 3, every: 2 });
        averages.loadStateDict(state);
      }
      if (t >= 4 && t % 2 === 0) taken.push(t * t);
      const expected = taken.length === 0 ? t * t : taken.reduce((a, b) => a + b) / taken.length;
      expect(first(averages.averages.get('p'))).toBeCloseTo(expected, 4);
    }
    expect(() => swa(new Map([['p', p]]), { every: 0 })).toThrow('every must be 1 or more, not 0');
  });
});

describe('updateBatchNorm', () => {
  const wave = (n: number, i: number): tf.Tensor4D => {
    const values = Float32Array.from({ length: n * 18 }, (_, at) => (i + 1) * Math.sin(at * 1.7 + i));
    return tf.transpose(tf.tensor4d(values, [n, 2, 3, 3]), [0, 2, 3, 1]);
  };
  async function* batches() {
    for (const [i, n] of [4, 4, 2].entries()) yield wave(n, i);
  }

  test("gives torch's means over the batches, and leaves mode and momentum as they were", async () => {
    const layer = new BatchNorm2d(2);
    layer.forward(wave(4, 0));
    layer.eval();
    await updateBatchNorm(layer, batches());
    layer.runningMean.dataSync().forEach((v, i) => {
      expect(v).toBeCloseTo(fixture.bn.mean[i]!, 5);
    });
    layer.runningVar.dataSync().forEach((v, i) => {
      expect(v).toBeCloseTo(fixture.bn.var[i]!, 5);
    });
    expect(first(layer.numBatchesTracked)).toBe(fixture.bn.batches);
    expect([layer.momentum, layer.training]).toEqual([0.1, false]);
  });

  test('of a model with its loader’s batches, which are disposed; parameters stay', async () => {
    const model = createModel({ name: 'resnet9' }, { classes: 2, channels: 2, size: 3 });
    const weights = () => [...model.namedParameters().values()].map(first);
    const before = weights();
    const given: tf.Tensor[] = [];
    async function* loader() {
      for await (const image of batches()) {
        given.push(image);
        yield { image, label: tf.tensor1d([0]) };
      }
    }
    await updateBatchNorm(model, loader());
    expect(weights()).toEqual(before);
    expect(given.every((tensor) => tensor.isDisposed)).toBe(true);
    expect([...model.namedBuffers()].filter(([name]) => name.endsWith('tracked')).map(([, v]) => first(v))).toEqual(
      [...model.namedBuffers().keys()].filter((name) => name.endsWith('tracked')).map(() => 3),
    );
  });
});

describe('accumulation', () => {
  const images = tf.tensor4d(
    Float32Array.from({ length: 8 * 64 }, (_, i) => Math.sin(i * 0.37)),
    [8, 8, 8, 1],
  );
  const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1], 'int32'), 3);
  const make = () => {
    const model = createModel(
      { name: 'vit', patch: 4, dim: 16, depth: 1, heads: 2 },
      { classes: 3, channels: 1, size: 8 },
    );
    const parameters = model.namedParameters();
    const optimizer = adamw(parameters, { lr: 0.01, weightDecay: 0.1 });
    const gradsOf = (from: number, count: number) =>
      valueAndGrads(() => {
        const logits = model.forward(tf.slice4d(images, [from, 0, 0, 0], [count, 8, 8, 1]));
        return tf.losses.softmaxCrossEntropy(tf.slice(labels, [from, 0], [count, 3]), logits) as tf.Scalar;
      }, parameters).grads;
    return { parameters, optimizer, gradsOf };
  };

  test('of unequal micro-batches equals the large batch, on a Vision Transformer, compiled', () => {
    const [whole, parts] = [make(), make()];
    const large = compile(() => {
      whole.optimizer.step(clipGradNorm(whole.gradsOf(0, 8), 1).grads);
      return tf.scalar(0);
    });
    const held = accumulator(parts.parameters);
    const small = compile((from: number, count: number, last: boolean) => {
      held.add(parts.gradsOf(from, count), count);
      if (last) parts.optimizer.step(clipGradNorm(held.take(), 1).grads);
      return tf.scalar(0);
    });
    for (let i = 0; i < 4; i++)
      tf.tidy(() => {
        large();
        small(0, 5, false);
        small(5, 2, false);
        small(7, 1, true);
      });
    expect(parts.optimizer.iterations).toBe(4);
    for (const [name, parameter] of whole.parameters) {
      const other = parts.parameters.get(name)!.dataSync();
      parameter.dataSync().forEach((v, i) => {
        expect(Math.abs(v - other[i]!), name).toBeLessThan(2e-4);
      });
    }
  });

  test('the gradients themselves agree to rounding; state is kept between micro-batches', () => {
    const { gradsOf, parameters } = make();
    const expected = gradsOf(0, 8);
    const one = accumulator(parameters);
    one.add(gradsOf(0, 5), 5);
    const two = accumulator(parameters);
    two.loadStateDict(one.stateDict());
    two.add(gradsOf(5, 3), tf.scalar(3));
    const grads = two.take();
    for (const [name, grad] of expected)
      grad.dataSync().forEach((v, i) => {
        expect(grads.get(name)!.dataSync()[i]!).toBeCloseTo(v, 6);
      });
    two.add(gradsOf(0, 2), 2);
    const anew = two.take(['head.bias']);
    expect([...anew.keys()]).toEqual(['head.bias']);
    expect(first(anew.get('head.bias'))).toBeCloseTo(first(gradsOf(0, 2).get('head.bias')), 6);
    expect(() => two.add(new Map(), 0)).toThrow('one sample or more, not 0');
    expect(() => two.add(new Map([['x', tf.scalar(1)]]), 1)).toThrow('a gradient for x');
  });
});
