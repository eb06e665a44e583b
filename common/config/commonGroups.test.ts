import { expect, test } from 'vitest';
import * as z from 'zod';
import { optimizerNames, optimizerSchema, scheduleNames, scheduleSchema } from '../optim/index.js';
import { commonGroups } from './commonGroups.js';
import { configInfo, defineConfig } from './define.js';
import { mistake, paper } from './fixtures/paper.js';
import { shapeOf } from './shape.js';

const schema = z.object({
  optimizer: optimizerSchema,
  schedule: scheduleSchema.nullable().default(null),
  lr: z.number().default(1),
});
const files = { 'config.yaml': 'optimizer: {name: adamw, lr: 0.5, betas: [0.8, 0.9]}\n' };
const define = (...argv: string[]) => defineConfig({ schema, dir: paper(files), argv });

test('every optimizer and schedule of common/optim has a file, and each is valid', async () => {
  const groups = await commonGroups(shapeOf(schema));
  expect([...(groups.get('optimizer')?.keys() ?? [])].sort()).toEqual([...optimizerNames].sort());
  expect([...(groups.get('schedule')?.keys() ?? [])].sort()).toEqual([...scheduleNames].sort());
  for (const [group, options] of groups)
    for (const option of options.keys())
      expect(await define(`${group}=${option}`)).toMatchObject({ [group]: { name: option } });
}, 60_000);

test("a paper's own keys of another choice go; overrides of keys stay", async () => {
  expect((await define('optimizer=sgd')).optimizer).toMatchObject({ name: 'sgd', lr: 0.1, momentum: 0.9 });
  const made = await define('optimizer=sgd', 'optimizer.lr=3', 'schedule=cosine');
  expect(made).toMatchObject({ optimizer: { name: 'sgd', lr: 3 }, schedule: { name: 'cosine' } });
  expect(configInfo(made).runName).toBe('sgd_cosine_optimizer.lr-3');
  expect((await define('schedule=null')).schedule).toBeNull();
  expect((await define('~optimizer.betas')).optimizer).toMatchObject({ lr: 0.5, betas: [0.9, 0.999] });
});

test('offered only where the schema has such a key', async () => {
  expect((await commonGroups(shapeOf(z.object({ optimizer: z.object({ lr: z.number() }) })))).size).toBe(0);
  const two = z.object({
    optimizer: z.object({ name: z.enum(['sgd', 'adam']), lr: z.number(), momentum: z.number().default(0) }),
  });
  expect([...((await commonGroups(shapeOf(two))).get('optimizer')?.keys() ?? [])]).toEqual(['adam', 'sgd']);
  expect(await mistake(schema, files, 'optimizer=adma')).toBe(
    'UsageError: optimizer=adma: optimizer must be a set of keys with name: sgd | adam | adamw | nadam | radam | adafactor | lamb | lars | lion | rmsprop | rmspropTf | adagrad | muon, but is "adma". Did you mean "adam"?',
  );
});
