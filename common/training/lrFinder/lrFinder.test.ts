import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { compile, random } from '../../backend/index.js';
import { initialise, Linear } from '../../nn/index.js';
import { adamw, cosineSchedule, valueAndGrads } from '../../optim/index.js';
import { lrFind, minimum, Sweep, slide, steepest, suggestions, valley, writeSweep } from './index.js';

interface Curve {
  lrs: number[];
  losses: number[];
  expected: { valley: number; slide: number; minimum: number; steep: number };
}
const curves: Curve[] = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'fastai.json'), 'utf8'));

describe('suggestions', () => {
  it.each(curves.map((curve, i) => [i, curve] as const))('curve %d as fastai', (_, { lrs, losses, expected }) => {
    const curve = { lrs, losses };
    expect(valley(curve)).toBeCloseTo(expected.valley, 12);
    expect(slide(curve)).toBeCloseTo(expected.slide, 12);
    expect(minimum(curve)).toBeCloseTo(expected.minimum, 12);
    expect(steepest(curve)).toBeCloseTo(expected.steep, 12);
  });

  it('a curve that is too short, flat or rising says nothing', () => {
    expect(suggestions({ lrs: [], losses: [] }, 100)).toEqual({
      valley: null,
      steepest: null,
      minimum: null,
      slide: null,
    });
    expect(valley({ lrs: [1, 2, 3], losses: [1, 2, 3] })).toBeUndefined();
    expect(slide({ lrs: [1, 2], losses: [1, 2] })).toBeUndefined();
  });

  it('leaves out the first tenth and the last five, and all from a loss on that is not finite', () => {
    const lrs = Array.from({ length: 100 }, (_, i) => 10 ** (-7 + i / 12));
    const losses = lrs.map((_, i) => (i === 3 ? -100 : i > 96 ? -200 : 2 - Math.exp(-((i - 60) ** 2) / 200)));
    expect(suggestions({ lrs, losses }, 100).minimum).toBeCloseTo((lrs[60] ?? 0) / 10, 12);
    const broken = losses.map((loss, i) => (i >= 40 ? Number.NaN : loss));
    expect(suggestions({ lrs, losses: broken }, 100).minimum).toBeCloseTo((lrs[34] ?? 0) / 10, 12);
  });
});

describe('Sweep', () => {
  it('learning rates grow by one factor; the loss is smoothed as an average with its bias corrected', () => {
    const sweep = new Sweep({ start: 1e-4, end: 1, steps: 13, beta: 0.9 });
    expect(sweep.lrAt(0)).toBe(1e-4);
    expect(sweep.lrAt(12)).toBeCloseTo(1, 12);
    for (let i = 0; i < 12; i++) expect(sweep.lrAt(i + 1) / sweep.lrAt(i)).toBeCloseTo(10 ** (4 / 12), 10);
    const losses = Array.from({ length: 13 }, (_, i) => 2 + Math.sin(i));
    losses.forEach((loss, i) => {
      expect(sweep.add(loss)).toBe(i === 12);
    });
    const { losses: smoothed, stopped } = sweep.result();
    expect(stopped).toBe('end');
    smoothed.forEach((value, t) => {
      // The weighted mean written out: weights 0.9^(t−i).
      const weights = losses.slice(0, t + 1).map((_, i) => 0.9 ** (t - i));
      const mean = weights.reduce((sum, w, i) => sum + w * (losses[i] ?? 0), 0) / weights.reduce((a, b) => a + b);
      expect(value).toBeCloseTo(mean, 12);
    });
  });

  it('ends where the loss is four times the best, or not finite, and never before the second step', () => {
    const diverging = new Sweep({ beta: 0 });
    expect([1, 3.9, 4.1].map((loss) => diverging.add(loss))).toEqual([false, false, true]);
    expect(diverging.result().stopped).toBe('diverged');
    const negative = new Sweep({ beta: 0 });
    expect([-1, -2, -1.5, 3.9, 4.1].map((loss) => negative.add(loss))).toEqual([false, false, false, false, true]);
    const broken = new Sweep();
    expect([1, Number.NaN].map((loss) => broken.add(loss))).toEqual([false, true]);
    expect(broken.result()).toMatchObject({ stopped: 'notFinite', lrs: [1e-7] });
  });

  it.each([
    [{ start: 0 }, 'from 0 to 10'],
    [{ start: 1, end: 0.1 }, 'from 1 to 0.1'],
    [{ steps: 3 }, '10 steps or more, not 3'],
    [{ beta: 1 }, 'beta must be in [0, 1), not 1'],
    [{ divergence: 1 }, 'divergence must be above 1'],
  ])('refuses %j', (options, message) => {
    expect(() => new Sweep(options)).toThrow(message);
  });
});

describe('lrFind', () => {
  const data = tf.tensor2d(
    Array.from({ length: 64 }, (_, i) => Math.sin(i * 1.3)),
    [16, 4],
  );
  const target = tf.tensor2d(
    Array.from({ length: 16 }, (_, i) => Math.cos(i)),
    [16, 1],
  );
  const batches = {
    length: 3,
    async *batches() {
      for (let i = 0; i < 3; i++) yield { x: data, y: target };
    },
  };

  it('finds a rate that trains, and leaves model, optimizer, schedule and random numbers as they were', async () => {
    random.seed(3);
    random.counter = 17;
    const model = initialise(new Linear(4, 1), 0);
    const parameters = model.namedParameters();
    const schedule = cosineSchedule({ peak: 0.01, total: 50 });
    const optimizer = adamw(parameters, { lr: schedule });
    const step = compile(({ x, y }: { x: tf.Tensor2D; y: tf.Tensor2D }) => {
      const { loss, grads } = valueAndGrads(
        () => tf.losses.meanSquaredError(y, model.forward(x)).asScalar(),
        parameters,
      );
      optimizer.step(grads);
      return { loss };
    });
    for (let i = 0; i < 2; i++) tf.dispose(step({ x: data, y: target }));
    const state = () => [...model.stateDict(), ...optimizer.stateDict()].map(([name, { data }]) => [name, [...data]]);
    const [before, counter] = [state(), random.counter];
    const result = await lrFind({ step, optimizer, schedule, model, batches, steps: 60 });
    expect(state()).toEqual(before);
    expect(random.counter).toBe(counter);
    expect(optimizer.iterations).toBe(2);
    expect(optimizer.lr).toBe(schedule(2));
    expect(result.lrs.length).toBeGreaterThan(30);
    // The same again: the sweep left nothing behind.
    expect(await lrFind({ step, optimizer, schedule, model, batches, steps: 60 })).toEqual(result);
    const { valley: lr } = result.suggestions;
    expect(lr).toBeGreaterThan(1e-5);
    const folder = mkdtempSync(join(tmpdir(), 'atelier-lr-find-'));
    try {
      const [json = '', plot = ''] = await writeSweep(folder, result);
      expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ suggestion: lr, suggestions: result.suggestions });
      expect((await sharp(plot).metadata()).width).toBe(1800);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('restores after an error too, and says when there are no batches', async () => {
    const model = initialise(new Linear(4, 1), 0);
    const optimizer = adamw(model.namedParameters(), { lr: 0.5 });
    const step = () => {
      throw new Error('out of memory');
    };
    await expect(lrFind({ step, optimizer, model, batches })).rejects.toThrow('out of memory');
    expect(optimizer.lr).toBe(0.5);
    const none = { length: 0, async *batches() {} };
    expect((await lrFind({ step, optimizer, model, batches: none })).stopped).toBe('dataEnded');
  });
});
