import { defineConfig } from 'common/config';
import { expect, test } from 'vitest';
import { schema } from './schema.js';

const define = (...argv: string[]) => defineConfig({ schema, dir: import.meta.dirname, argv });

test.each(['digits', 'mnist', 'cifar10'])('data=%s goes with every model', async (data) => {
  for (const model of ['small', 'cnn', 'resnet9', 'resnet18']) {
    const config = await define(`data=${data}`, `model=${model}`);
    expect(config.data.name).toBe(data);
    for (const part of ['train', 'eval'] as const)
      expect(config.data.transforms[part].at(-1)).toMatchObject({ mean: { length: config.data.channels } });
  }
});

test('by default a Vision Transformer learns the built-in digits with AdamW', async () => {
  expect(await define()).toMatchObject({
    data: { name: 'digits', id: null, size: 28, channels: 1 },
    model: { name: 'vit' },
    optimizer: { name: 'adamw' },
  });
});

test('model=resnet18 data=cifar10 is the recipe of 10 epochs', async () => {
  expect(await define('model=resnet18', 'data=cifar10')).toMatchObject({
    epochs: 10,
    batchSize: 128,
    model: { name: 'resnet18' },
    data: {
      id: 'uoft-cs/cifar10',
      transforms: {
        train: [{ name: 'randomCrop', padding: 4 }, { name: 'flip', p: 0.5 }, { name: 'normalize' }],
        eval: [{ name: 'resize', size: 32 }, { name: 'centerCrop', size: 32 }, { name: 'normalize' }],
      },
    },
    optimizer: { name: 'sgd', lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
    schedule: { name: 'cosine', warmup: 1, floor: 0 },
    labelSmoothing: 0.1,
    clipNorm: null,
    ema: null,
  });
});

test('overrides win over a recipe, wherever they stand', async () => {
  const config = await define('epochs=30', 'optimizer.lr=0.05', 'model=resnet18', 'ema.decay=0.99');
  expect(config).toMatchObject({ epochs: 30, optimizer: { name: 'sgd', lr: 0.05 }, ema: { decay: 0.99 } });
});

test.each([
  [['optimizer.name=adam', 'optimizer.betas=[0.9, 0.99]'], undefined],
  [
    ['optimizer.nesterov=true'],
    'unknown key optimizer.nesterov in optimizer (name: adamw). Keys there: name, lr, weightDecay, groups, betas, eps, amsgrad',
  ],
  [['model=resnet18', 'optimizer.momentum=0'], 'optimizer.nesterov: needs optimizer.momentum > 0'],
  [['data=cifar10'], 'model.patch: 7 does not divide data.size 32; 1, 2, 4, 8, 16 do'],
  [['model.heads=3'], 'model.heads: 3 does not divide model.dim 128'],
  [['data=cifar10', 'model=cnn', 'data.channels=1'], 'data.transforms.train: '],
  [['data.size=30', 'model=cnn'], 'data.transforms.eval: give 28 × 28 pixels, but data.size is 30'],
  [['epochs=1'], undefined],
  [['epochs=1', 'schedule.warmup=2'], 'schedule.warmup: 2 epochs are more than epochs 1'],
  [['optimizer.lr=1e-6'], 'schedule.floor: 0.00001 is above optimizer.lr 0.000001'],
  [['data.transforms.train=[{name: crop}]'], 'data.transforms.train[0].name must be one of '],
] as const)('%j', async (argv, message) => {
  if (message === undefined) expect(await define(...argv)).toBeDefined();
  else await expect(define(...argv)).rejects.toThrow(message);
});
