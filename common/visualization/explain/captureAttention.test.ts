import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createModel, Transformer } from '../../models/index.js';
import { initialise, Linear, MultiHeadAttention } from '../../nn/index.js';
import { attentionMatrix, attentionRollout, captureAttention, gradCam } from './index.js';

test('the weights of a layer are softmax(q·kᵀ/√e), summed by hand', async () => {
  const layer = new MultiHeadAttention(4, 2);
  initialise(layer, 1);
  const x = tf.randomNormal([1, 3, 4], 0, 1, 'float32', 2);
  const [map] = await captureAttention(layer, () => layer.forward(x));
  expect(map!.shape).toEqual([1, 2, 3, 3]);
  const weight = await layer.inProjWeight.array();
  const [tokens] = (await x.array()) as number[][][];
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  for (const head of [0, 1]) {
    const project = (part: number) =>
      tokens!.map((token) => [0, 1].map((e) => dot(weight[part * 4 + head * 2 + e]!, token)));
    const [q, k] = [project(0), project(1)];
    const expected = q.map((query) => {
      const scores = k.map((key) => Math.exp(dot(query, key) / Math.SQRT2));
      return scores.map((score) => score / scores.reduce((sum, value) => sum + value, 0));
    });
    attentionMatrix(map!, { head }).forEach((row, t) => {
      row.forEach((value, s) => {
        expect(value).toBeCloseTo(expected[t]![s]!, 5);
      });
    });
  }
  x.dispose();
});

test('every block of a ViT is there whole, the scores stay the same, and nothing stays behind', async () => {
  const model = createModel(
    { name: 'vit', patch: 4, dim: 16, depth: 3, heads: 2 },
    { classes: 3, channels: 1, size: 12 },
  );
  initialise(model, 0);
  const x = tf.randomUniform<tf.Rank.R4>([2, 12, 12, 1], 0, 1, 'float32', 1);
  model.eval();
  const scores = tf.tidy(() => model.forward(x).dataSync());
  model.train();
  const before = tf.memory().numTensors;
  let during: Float32Array | undefined;
  const maps = await captureAttention(model, () => {
    during = model.forward(x).dataSync<'float32'>();
  });
  expect(tf.memory().numTensors).toBe(before);
  expect(maps.map(({ name }) => name)).toEqual(['blocks.0.attn', 'blocks.1.attn', 'blocks.2.attn']);
  for (const map of maps) expect(map.shape).toEqual([2, 2, 10, 10]);
  during!.forEach((value, i) => {
    expect(value).toBeCloseTo(scores[i]!, 5);
  });
  expect(model.training).toBe(true);
  for (const row of attentionRollout(maps)[1]!) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  const cam = await gradCam(model, x, { module: 'blocks.1' });
  expect([cam.maps.length, cam.maps[0]!.length, cam.maps[0]![0]!.length]).toEqual([2, 3, 3]);
  x.dispose();
});

test('an encoder and decoder name their layers', async () => {
  const model = new Transformer({ dim: 8, heads: 2, feedForward: 8, encoderLayers: 1, decoderLayers: 1 });
  initialise(model, 0);
  const [source, target] = [tf.zeros<tf.Rank.R3>([1, 4, 8]), tf.zeros<tf.Rank.R3>([1, 3, 8])];
  const maps = await captureAttention(model, () => model.forward(source, target));
  expect(maps.map(({ name, shape }) => `${name} ${shape.join('x')}`)).toEqual([
    'encoder.layers.0.self_attn 1x2x4x4',
    'decoder.layers.0.self_attn 1x2x3x3',
    'decoder.layers.0.multihead_attn 1x2x3x4',
  ]);
});

test('a model without attention is told', async () => {
  const model = new Linear(2, 2);
  initialise(model, 0);
  const x = tf.zeros([1, 2]);
  await expect(captureAttention(model, () => model.forward(x))).rejects.toThrow('No attention ran in Linear');
});
