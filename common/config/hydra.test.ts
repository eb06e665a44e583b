// Composition against Hydra 1.3 itself: fixtures/hydra.json holds what it composed of the same files (fixtures/makeHydraFixtures.py).
import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { defineConfig } from './define.js';
import { paper } from './fixtures/paper.js';

const cases = z
  .array(
    z.object({
      name: z.string(),
      files: z.record(z.string(), z.string()),
      overrides: z.array(z.string()),
      config: z.unknown(),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('./fixtures/hydra.json', import.meta.url), 'utf8')));
/** Anything goes, as in Hydra without a schema. */
const schema = z.record(z.string(), z.unknown());

afterEach(() => vi.unstubAllEnvs());

test.each(cases)('$name $overrides', async ({ files, overrides, config }) => {
  vi.stubEnv('HYDRA_FIXTURE', 'word');
  expect(await defineConfig({ schema, dir: paper(files), argv: overrides })).toEqual(config);
});
