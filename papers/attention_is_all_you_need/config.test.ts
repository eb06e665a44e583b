import { defineConfig } from 'common/config';
import { expect, test } from 'vitest';
import { createTranslator } from './recipe.js';
import { schema } from './schema.js';

const define = (...argv: string[]) => defineConfig({ schema, dir: import.meta.dirname, argv });
const parametersOf = async (vocabulary: number, ...argv: string[]) => {
  const model = createTranslator(await define(...argv), vocabulary);
  const count = [...model.namedVariables().values()].reduce((sum, { size }) => sum + size, 0);
  model.dispose();
  return count;
};

test('by default generated numbers, with the paper’s architecture in small', async () => {
  expect(await define()).toMatchObject({
    data: { name: 'numbers', id: null, generated: { max: 9999 } },
    model: { dim: 128, normFirst: false, activation: 'relu' },
    optimizer: { name: 'adam', betas: [0.9, 0.98], eps: 1e-9 },
    labelSmoothing: 0.1,
    search: { beams: 4, lengthPenalty: 0.6 },
  });
});

test('model=base with real data is the paper’s recipe', async () => {
  const config = await define('data=wmt14', 'model=base');
  expect(config).toMatchObject({
    data: { id: 'wmt/wmt14', config: 'de-en', source: 'translation.en', vocabulary: 37000, maxTokens: 25000 },
    model: { dim: 512, heads: 8, encoderLayers: 6, decoderLayers: 6, feedForward: 2048, dropout: 0.1 },
    optimizer: { name: 'adam', lr: 1, betas: [0.9, 0.98], eps: 1e-9 },
    schedule: { name: 'noam', dim: 512, warmup: 4000, unit: 'steps' },
    average: 5,
  });
});

// Table 3 has 65 and 213 million, with about 37,000 tokens.
test('sizes are the paper’s; the one for Multi30k has at most 10 M', async () => {
  expect((await parametersOf(37000, 'data=wmt14', 'model=base')) / 65e6).toBeCloseTo(1, 1);
  expect((await parametersOf(37000, 'data=wmt14', 'model=big')) / 213e6).toBeCloseTo(1, 1);
  expect(await parametersOf(8000, 'data=multi30k', 'model=small')).toBeLessThan(10e6);
});

test('the schedule follows the width of the model', async () => {
  expect(await define('data=multi30k', 'model=small')).toMatchObject({ schedule: { name: 'noam', dim: 256 } });
});

test.each([
  [['model.heads=3'], 'model.heads: 3 does not divide model.dim 128'],
  [['data.maxTokens=100'], 'data.maxTokens: 100 is below data.maxLength 256'],
  [['data.generated=null'], 'data: needs id or folder'],
  [['search.beams=400'], 'search.beams: are more than half of the vocabulary'],
  [['data=wmt14', 'data.streaming.widths=[20, 10]'], 'data.streaming.widths: are not ascending'],
] as const)('%j is refused', async (argv, message) => {
  await expect(define(...argv)).rejects.toThrow(message);
});
