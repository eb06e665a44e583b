import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { configureEngine } from './index.js';

// tfjs-layers on this backend against the same models, weights and batches on tfjs's own CPU backend.

configureEngine({ threads: 1 });

const wave = (size: number, step: number): number[] => Array.from({ length: size }, (_, i) => Math.sin(step * i + 0.3));

interface Case {
  readonly name: string;
  readonly layers: () => tf.layers.Layer[];
  readonly input: number[];
  readonly classes: number;
  readonly optimizer: () => tf.Optimizer;
  /** Values of the input; default: a wave. */
  readonly values?: (size: number) => number[];
}

const seeded = (seed: number) => tf.initializers.glorotUniform({ seed });

const cases: readonly Case[] = [
  {
    name: 'a convolutional network with batch normalisation',
    layers: () => [
      tf.layers.conv2d({
        filters: 4,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        inputShape: [8, 8, 2],
        kernelInitializer: seeded(1),
      }),
      tf.layers.batchNormalization(),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.depthwiseConv2d({ kernelSize: 3, depthwiseInitializer: seeded(2), activation: 'relu' }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: seeded(3) }),
    ],
    input: [8, 8, 2],
    classes: 3,
    optimizer: () => tf.train.adam(0.02),
  },
  {
    name: 'an embedding with an LSTM',
    layers: () => [
      tf.layers.embedding({ inputDim: 7, outputDim: 4, inputLength: 5, embeddingsInitializer: seeded(4) }),
      tf.layers.lstm({ units: 6, kernelInitializer: seeded(5), recurrentInitializer: seeded(6) }),
      tf.layers.layerNormalization(),
      tf.layers.dense({ units: 2, activation: 'softmax', kernelInitializer: seeded(7) }),
    ],
    input: [5],
    classes: 2,
    optimizer: () => tf.train.rmsprop(0.02),
    values: (size) => Array.from({ length: size }, (_, i) => (i * 5 + 1) % 7),
  },
  {
    name: 'a dense network with momentum',
    layers: () => [
      tf.layers.dense({ units: 8, activation: 'tanh', inputShape: [4], kernelInitializer: seeded(8) }),
      tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: seeded(9) }),
    ],
    input: [4],
    classes: 3,
    optimizer: () => tf.train.momentum(0.1, 0.9),
  },
];

async function train(
  backend: string,
  { layers, input, classes, optimizer, values }: Case,
): Promise<{ losses: number[]; output: number[] }> {
  tf.setBackend(backend);
  const model = tf.sequential({ layers: layers() });
  model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const size = 12 * input.reduce((a, b) => a * b, 1);
  const x = tf.tensor(values?.(size) ?? wave(size, 0.7), [12, ...input]);
  const y = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: 12 }, (_, i) => (i * i) % classes),
      'int32',
    ),
    classes,
  );
  const history = await model.fit(x, y, { epochs: 4, batchSize: 4, shuffle: false, verbose: 0 });
  const output = Array.from(await (model.predict(x) as tf.Tensor).data());
  model.dispose();
  return { losses: (history.history.loss ?? []).map(Number), output };
}

describe('tfjs-layers trains as on the CPU backend', () => {
  afterAll(() => {
    tf.setBackend('onnx');
  });
  for (const example of cases) {
    it(example.name, async () => {
      const here = await train('onnx', example);
      const there = await train('cpu', example);
      expect(here.losses.length).toBe(4);
      for (const [i, loss] of here.losses.entries()) expect(loss).toBeCloseTo(there.losses[i] ?? 0, 3);
      for (const [i, value] of here.output.entries()) expect(value).toBeCloseTo(there.output[i] ?? 0, 2);
      expect(here.losses[3]).toBeLessThan(here.losses[0] ?? 0);
    });
  }

  it('saves and loads a layers model', async () => {
    tf.setBackend('onnx');
    const model = tf.sequential({ layers: cases[2]?.layers() ?? [] });
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    if (saved === undefined) throw new Error('nothing was saved');
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
    const x = tf.tensor2d(wave(8, 0.4), [2, 4]);
    const [a, b] = [model, loaded].map((m) => Array.from((m.predict(x) as tf.Tensor).dataSync()));
    expect(b).toEqual(a);
  });
});
