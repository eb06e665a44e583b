import { expect, it } from 'vitest';
import { multirunFigure } from './multirunFigure.js';
import type { Outcome } from './multirunReport.js';

const outcome = (values: Record<string, string>, value: number, test?: number): Outcome => ({
  job: { name: Object.values(values).join('_'), values, overrides: [], status: 'done' },
  best: { metric: 'val_accuracy', value, epoch: 1 },
  last: {},
  test: test === undefined ? {} : { test_accuracy: test, test_loss: 1 },
});
const lines = (keys: string[], outcomes: Outcome[]) =>
  multirunFigure(keys, 'val_accuracy', outcomes).data.map((one) => ({ ...one }));

it('draws the test beside the best of the validation, seeds averaged', () => {
  const runs = [
    outcome({ lr: '1e-2', seed: '0' }, 0.5, 0.4),
    outcome({ lr: '1e-2', seed: '1' }, 0.7, 0.6),
    outcome({ lr: '1e-3', seed: '0' }, 0.9, 0.8),
  ];
  expect(lines(['lr', 'seed'], runs)).toMatchObject([
    { name: 'val_accuracy', x: [1e-3, 1e-2], y: [0.9, 0.6] },
    { name: 'test_accuracy', x: [1e-3, 1e-2], y: [0.8, 0.5] },
  ]);
});

it('bars for keys that are no numbers; a run without a test leaves a gap, none at all no bars', () => {
  const [tiny, wide] = [outcome({ model: 'tiny' }, 0.5), outcome({ model: 'wide' }, 0.7, 0.6)];
  expect(lines(['model'], [tiny, wide])).toMatchObject([
    { name: 'val_accuracy', x: ['wide', 'tiny'], y: [0.7, 0.5] },
    { name: 'test_accuracy', x: ['wide', 'tiny'], y: [0.6, null] },
  ]);
  expect(lines(['model'], [tiny]).map(({ name }) => name)).toEqual(['val_accuracy']);
});
