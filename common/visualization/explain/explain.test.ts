import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { Conv2d, Flatten, Layer, Linear, ReLU, Sequential } from '../../nn/index.js';
import {
  type AttentionMap,
  attentionRollout,
  classTokenMap,
  filterImages,
  gradCam,
  integratedGradients,
  resizeMap,
  saliency,
  smoothGrad,
} from './index.js';

interface Numbers {
  shape: number[];
  values: number[];
}

interface Fixture {
  weights: Record<string, Numbers>;
  image: Numbers;
  classes: number[];
  scores: Numbers;
  gradCam: Record<string, Numbers>;
  saliency: Numbers;
  integrated: { steps: number; attribution: Numbers };
  attention: Numbers[];
  rollout: Record<string, Numbers>;
  resized: Numbers;
}

// By PyTorch and numpy, in double precision: fixtures/make.py.
const fixture: Fixture = JSON.parse(await readFile(new URL('./fixtures/explain.json', import.meta.url), 'utf8'));
const { classes } = fixture;
const image = tf.tensor4d(fixture.image.values, [2, 6, 7, 2]);

const net = new Sequential(
  new Conv2d(2, 4, 3, { padding: 1 }),
  new ReLU(),
  new Conv2d(4, 5, 3),
  new ReLU(),
  new Flatten(),
  new Linear(100, 3),
);
net.loadStateDict(
  new Map(
    Object.entries(fixture.weights).map(([name, { shape, values }]) => [
      name,
      { dtype: 'float32', shape, data: Float32Array.from(values) },
    ]),
  ),
);
const model = Object.assign(net, { forward: (x: tf.Tensor4D) => Sequential.prototype.forward.call(net, x) });

function near(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5) {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value)).toBeLessThan(tolerance);
  });
}

test('Grad-CAM is that of PyTorch, for two layers, and leaves the model as it was', async () => {
  model.train();
  const before = tf.memory().numTensors;
  for (const module of ['1', '2']) {
    const { maps, scores } = await gradCam(model, image, { module, classes });
    near(maps.flat(2), fixture.gradCam[module]!.values);
    near(scores, fixture.scores.values);
    expect(maps[0]!.length).toBe(fixture.gradCam[module]!.shape[1]);
  }
  expect(tf.memory().numTensors).toBe(before);
  expect(model.training).toBe(true);
  expect(Object.hasOwn(model.layers[1]!, 'forward')).toBe(false);
  const byModule = await gradCam(model, image, { module: model.layers[2]!, classes });
  expect(byModule.module).toBe('2');
});

test('Grad-CAM says what it cannot show', async () => {
  await expect(gradCam(model, image, { module: '22' })).rejects.toThrow('no module "22"');
  await expect(gradCam(model, image, { module: '4' })).rejects.toThrow('4 gives [2, 100]');
  await expect(gradCam(model, image, { module: '2', classes: 3 })).rejects.toThrow('one class from 0 to 2');
  await expect(gradCam(model, image, { module: new ReLU() })).rejects.toThrow('this ReLU is no part of the model');
});

test('saliency is the gradient of PyTorch', async () => {
  const found = await saliency(model, image, { classes });
  near(found.values, fixture.saliency.values);
  const [a, b] = fixture.saliency.values;
  expect(found.maps[0]![0]![0]).toBeCloseTo(Math.max(Math.abs(a!), Math.abs(b!)), 5);
  const best = await saliency(model, image);
  const scores = await model.forward(image).data();
  expect(best.scores[0]).toBe(Math.max(...scores.subarray(0, 3)));
});

test('integrated gradients are those of PyTorch and complete: they sum to the difference of the scores', async () => {
  const { steps, attribution } = fixture.integrated;
  const found = await integratedGradients(model, image, { classes, steps });
  near(found.values, attribution.values);
  const baseline = tf.fill([1, 6, 7, 2], 0.3) as tf.Tensor4D;
  const fine = await integratedGradients(model, image, { classes, steps: 400, baseline });
  for (const b of [0, 1]) {
    const sum = fine.values.subarray(b * 84, (b + 1) * 84).reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(fine.scores[b]! - fine.baselineScores[b]!, 3);
  }
  baseline.dispose();
});

test('SmoothGrad is the mean gradient around the image: of a linear model its weights, of a quadratic one twice the image', async () => {
  const x = tf.tensor4d([1, -2, 3, 0.5], [1, 2, 2, 1]);
  class Square extends Layer {
    forward(input: tf.Tensor): tf.Tensor {
      return tf.sum(tf.square(tf.reshape(input, [-1, 4])), 1, true);
    }
  }
  const found = await smoothGrad(new Square(), x, { samples: 400, noise: 0.1, seed: 3 });
  // Standard error of the mean: 2 · 0.1 · 5 / √400 = 0.05.
  near(found.values, [2, -4, 6, 1], 0.2);
  expect(found.values[0]).not.toBe(2);
  expect((await smoothGrad(new Square(), x, { samples: 3, seed: 1 })).values).toEqual(
    (await smoothGrad(new Square(), x, { samples: 3, seed: 1 })).values,
  );
  x.dispose();
});

test('attention roll-out is that of numpy, for each fusion and with weights discarded', () => {
  const maps = fixture.attention.map(
    ({ values }, i): AttentionMap => ({
      name: `blocks.${i}`,
      shape: [2, 3, 5, 5],
      weights: Float32Array.from(values),
    }),
  );
  for (const headFusion of ['mean', 'max', 'min'] as const)
    near(attentionRollout(maps, { headFusion }).flat(2), fixture.rollout[headFusion]!.values, 1e-6);
  const discarded = attentionRollout(maps, { headFusion: 'max', discardRatio: 0.6 });
  near(discarded.flat(2), fixture.rollout['max discarding 0.6']!.values, 1e-6);
  const [first] = attentionRollout(maps);
  expect(classTokenMap(first!)).toEqual([first![0]!.slice(1, 3), first![0]!.slice(3, 5)]);
  expect(() => classTokenMap(first!, [3, 1])).toThrow('4 patches do not make a grid of 3 × 1');
  expect(() => attentionRollout([maps[0]!, { ...maps[1]!, shape: [2, 3, 1, 5] }])).toThrow(
    'blocks.1 has the shape [2, 3, 1, 5]',
  );
});

test('maps are resized as by torch', () => {
  near(
    resizeMap(
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      5,
      4,
    ).flat(),
    fixture.resized.values,
    1e-6,
  );
});

test('filters become pictures', async () => {
  const conv = new Conv2d(3, 2, 2);
  conv.weight.assign(tf.tensor4d([...Array(12).keys(), ...Array(12).fill(1)], [2, 3, 2, 2]));
  const [ramp, flat] = await filterImages(conv);
  // Of input channel c at place p the weight is 4c + p.
  expect(Array.from(ramp!.data.slice(0, 6))).toEqual([0, 4, 8, 1, 5, 9].map((value) => Math.round((255 * value) / 11)));
  expect(ramp).toMatchObject({ width: 2, height: 2, channels: 3 });
  expect(new Set(flat!.data)).toEqual(new Set([128]));
  const [, scaled] = await filterImages(conv, { normalise: 'all', input: 1 });
  expect(Array.from(scaled!.data)).toEqual(Array(4).fill(Math.round((255 * 12) / 22)));
  expect((await filterImages(model)).length).toBe(4);
  await expect(filterImages(new Linear(1, 1))).rejects.toThrow('no convolution');
});
