import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { crossEntropy } from '../losses/index.js';
import { createModel, type ImageModel, parseModelSpec } from '../models/index.js';
import { adamw, cosineSchedule, createClip, ema, type Optimizer, type Schedule, sgd } from '../optim/index.js';
import { fit } from './index.js';
import { makePaper } from './testing/small.js';

interface Curve {
  loss: number[];
  ema: number[];
}

// fixtures/make_curves.py: the same formulas in PyTorch and timm.
const curves: Record<'sgd' | 'adamw', Curve> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'curves.json'), 'utf8'),
);
const [steps, B, C, S] = [300, 16, 4, 8];
let assets: string;

beforeEach(async () => {
  ({ assets } = await makePaper());
  process.env.ATELIER_ASSETS = assets;
});
afterEach(() => rm(assets, { recursive: true, force: true }));

function batch(step: number, scale: number) {
  const labels = Array.from({ length: B }, (_, b) => (7 * step + 3 * b + Math.floor(step / 5)) % C);
  const pixels = labels.flatMap((label, b) =>
    Array.from({ length: S * S }, (_, p) => {
      const noise = Math.sin(1.7 * (step * B + b) + 17.3 * p);
      return 0.5 * Math.sin((label + 1) * 0.3 * p) + scale * noise;
    }),
  );
  return { image: tf.tensor4d(pixels, [B, S, S, 1]), label: tf.tensor1d(labels, 'int32') };
}

function build(kind: 'mlp' | 'vit'): ImageModel {
  const vit = { name: 'vit', patch: 2, dim: 32, depth: 2, heads: 2 } as const;
  const spec = parseModelSpec(kind === 'vit' ? vit : { name: 'mlp', hidden: 64 });
  const model = createModel(spec, { classes: C, channels: 1, size: S });
  const dict = model.stateDict();
  let k = 0;
  for (const [name, tensor] of dict) {
    const norm = name.includes('norm') && name.endsWith('weight');
    const scale = kind === 'vit' && tensor.shape.length === 2 ? 0.05 : 0.1;
    const values = Float32Array.from(
      { length: tensor.data.length },
      (_, i) => (norm ? 1 : 0) + scale * Math.sin(12.9898 * (i + 1) + 78.233 * k),
    );
    k++;
    dict.set(name, { dtype: 'float32', shape: tensor.shape, data: values });
  }
  model.loadStateDict(dict);
  return model;
}

const makers: Record<'sgd' | 'adamw', (parameters: Map<string, tf.Variable>, lr: Schedule) => Optimizer> = {
  sgd: (parameters, lr) => sgd(parameters, { lr, momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
  adamw: (parameters, lr) => adamw(parameters, { lr, weightDecay: 0.05 }),
};

it.each([
  ['sgd', 0.03, 'mlp', 0.8],
  ['adamw', 1e-4, 'vit', 0.1],
] as const)(
  "300 steps of %s with warm-up, clipping, averages and label smoothing: PyTorch's losses within 1e-3",
  async (name, peak, kind, scale) => {
    const model = build(kind);
    const optimizer = makers[name](model.namedParameters(), cosineSchedule({ peak, total: steps, warmup: 30 }));
    const seen: number[] = [];
    const source = (first: number, length: number) => ({
      length,
      async *batches(_epoch: number, from = 0) {
        for (let step = from; step < length; step++) {
          const made = batch(first + step, scale);
          yield made;
          tf.dispose(made);
        }
      },
    });
    const { run, history } = await fit({
      ...{ model, optimizer, ema: ema(model.namedVariables(), { decay: 0.98 }), epochs: 1 },
      clip: createClip({ name: 'norm', max: 1 }),
      loss: (logits, label) => crossEntropy(logits, label.as1D(), { labelSmoothing: model.training ? 0.1 : 0 }),
      data: { train: source(0, steps), validation: source(1000, 1) },
      limits: { validateEvery: { steps: 50 } },
      task: {
        ...{ model: { name: 'vit' }, labels: ['a', 'b', 'c', 'd'] },
        preprocessing: { transforms: [{ name: 'normalize', mean: [0], std: [1] }], size: S, channels: 1 },
      },
      callbacks: [{ name: 'losses', step: (_, { loss = Number.NaN }) => void seen.push(loss) }],
    });
    await run.close();
    const worst = Math.max(...curves[name].loss.map((value, i) => Math.abs(value - (seen[i] ?? Number.NaN))));
    const averaged = history.map((row) => row.val_loss ?? Number.NaN);
    const worstAveraged = Math.max(
      ...curves[name].ema.map((value, i) => Math.abs(value - (averaged[i] ?? Number.NaN))),
    );
    console.log(
      `${name}: largest difference in 300 losses ${worst.toExponential(1)}, of averages ${worstAveraged.toExponential(1)}`,
    );
    expect(seen.length).toBe(steps);
    expect(worst).toBeLessThan(1e-3);
    expect(worstAveraged).toBeLessThan(1e-3);
  },
);
