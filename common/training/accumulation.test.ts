import { rm } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crossEntropy } from '../losses/index.js';
import { createModel, parseModelSpec } from '../models/index.js';
import { sgd } from '../optim/index.js';
import { inSteps } from './accumulation.js';
import { loadCheckpoint } from './checkpoint.js';
import { fit } from './index.js';
import { loader, makePaper, trainSmall } from './testing/small.js';

/** Batches of these numbers, whose tensors are disposed when the next is asked for. */
async function* numbered(numbers: readonly number[]) {
  for (const number of numbers) {
    const label = tf.tensor1d([number]);
    try {
      yield { number, label, views: [label] };
    } finally {
      label.dispose();
    }
  }
}

describe('the batches that make a step', () => {
  it.each([
    ['all are there', [0, 1, 2, 3, 4, 5, 6], 7, 3, [2, 5, 6]],
    ['one each', [0, 1, 2], 3, 1, [0, 1, 2]],
    ['the last of a step is broken', [0, 1, 3, 4, 5, 6], 7, 3, [1, 5, 6]],
    ['the first of a step is broken', [0, 1, 2, 4, 5, 6], 7, 3, [2, 5, 6]],
    ['the last of the epoch are broken', [0, 1, 2, 3], 7, 3, [2, 3]],
    ['a whole step is broken', [0, 1, 5, 6, 7], 8, 2, [1, 5, 7]],
    ['more than the epoch has', [0, 1, 2, 3, 4, 5], 4, 3, [2, 3]],
    ['from the middle of an epoch', [4, 5, 6], 7, 2, [5, 6]],
  ])('%s', async (_, numbers, length, accumulate, ends) => {
    const before = tf.memory().numTensors;
    const found: number[] = [];
    const seen: number[] = [];
    for await (const { batch, number, completes } of inSteps(numbered(numbers), {
      from: numbers[0] ?? 0,
      length,
      accumulate,
    })) {
      // The batch in hand can be read, though the next one may have been asked for.
      seen.push(batch.label.dataSync()[0] ?? -1);
      expect(batch.views[0]?.dataSync()[0]).toBe(number);
      if (completes) found.push(number);
    }
    expect(seen).toEqual(numbers.filter((number) => number < length));
    expect(found).toEqual(ends);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaving the loop leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    for await (const { number } of inSteps(numbered([0, 1, 2, 3]), { from: 0, length: 4, accumulate: 4 }))
      if (number === 1) break;
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('in a run', () => {
  let dir: string;
  let assets: string;
  beforeEach(async () => {
    ({ dir, assets } = await makePaper());
    process.env.ATELIER_ASSETS = assets;
  });
  afterEach(() => rm(assets, { recursive: true, force: true }));

  /** Of the seven batches these are there; batch 6 has four samples, the others eight. */
  const holed = (there: readonly number[]) => ({
    length: 7,
    skipped: [],
    async *batches(epoch: number, from = 0) {
      let number = from;
      for await (const batch of loader.batches(epoch, from)) {
        if (there.includes(number)) yield { ...batch, number };
        number++;
      }
    },
  });
  /** Each group of batches as one. */
  const joined = (groups: readonly (readonly number[])[]) => ({
    length: groups.length,
    async *batches(epoch: number, from = 0) {
      for (const group of groups.slice(from)) {
        const images: tf.Tensor4D[] = [];
        const labels: tf.Tensor1D[] = [];
        let number = 0;
        for await (const { image, label } of loader.batches(epoch)) {
          if (!group.includes(number++)) continue;
          images.push(image.clone());
          labels.push(label.clone());
        }
        const batch = { image: tf.concat(images), label: tf.concat(labels) };
        yield batch;
        tf.dispose([batch, images, labels]);
      }
    },
  });
  const train = async (source: ReturnType<typeof holed> | ReturnType<typeof joined>, accumulate: number) => {
    const spec = parseModelSpec({ name: 'mlp', hidden: 6 });
    const model = createModel(spec, { classes: 3, channels: 1, size: 4, seed: 1 });
    const { run } = await fit({
      ...{ model, optimizer: sgd(model.namedParameters(), { lr: 0.2, momentum: 0.9 }), epochs: 3, callbacks: [] },
      loss: (logits, label) => crossEntropy(logits, label.as1D()),
      ...{ data: { train: source }, limits: { accumulate }, name: `accumulate-${accumulate}` },
      task: {
        ...{ model: spec, labels: ['a', 'b', 'c'] },
        preprocessing: { transforms: [{ name: 'normalize', mean: [0], std: [1] }], size: 4, channels: 1 },
      },
    });
    await run.close();
    return { run, weights: [...model.stateDict().values()].flatMap(({ data }) => Array.from(data, Number)) };
  };

  it.each([
    ['an epoch that does not divide', [0, 1, 2, 3, 4, 5, 6], [[0, 1, 2], [3, 4, 5], [6]]],
    [
      'broken batches at the end of an epoch',
      [0, 1, 2, 3, 4],
      [
        [0, 1, 2],
        [3, 4],
      ],
    ],
    ['broken batches at the end of a step', [0, 1, 3, 4, 5, 6], [[0, 1], [3, 4, 5], [6]]],
  ])('%s: every step is that of the large batch it stands for, and no gradient is lost', async (_, there, groups) => {
    const small = await train(holed(there), 3);
    const large = await train(joined(groups), 1);
    expect(small.run.step).toBe(3 * groups.length);
    expect(small.run.step).toBe(large.run.step);
    const worst = Math.max(...large.weights.map((value, i) => Math.abs(value - (small.weights[i] ?? Number.NaN))));
    expect(worst).toBeLessThan(1e-5);
    for (const [i, row] of large.run.history.entries())
      expect(small.run.history[i]?.train_loss).toBeCloseTo(row.train_loss ?? Number.NaN, 5);
  });

  it('a resume after a step that was cut short by broken batches ends bitwise the same', async () => {
    const argv = ['epochs=2', 'limits.accumulate=3', 'steps=1', 'mixup=true'];
    const source = holed([0, 1, 3, 4]);
    const whole = await trainSmall(dir, [...argv, '--output', `${assets}/whole`], { source });
    await whole.close();
    expect([whole.step, whole.batches]).toEqual([4, 8]);
    const folder = `${assets}/parts`;
    const stop = (at: number) => (run: { batches: number }) => {
      if (run.batches === at) throw new Error('stop');
    };
    await expect(trainSmall(dir, [...argv, '--output', folder], { source, afterStep: stop(2) })).rejects.toThrow(
      'stop',
    );
    await expect(trainSmall(dir, ['--resume', folder], { source, afterStep: stop(4) })).rejects.toThrow('stop');
    await (await trainSmall(dir, ['--resume', folder], { source })).close();
    expect(await loadCheckpoint(folder, 'last')).toEqual(await loadCheckpoint(whole.folder, 'last'));
  });
});
