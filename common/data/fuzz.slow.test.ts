import { expect, test } from 'vitest';
import { fuzz, fuzzFiles } from './fuzz.js';

test.each(Object.entries(fuzzFiles()))(
  'a thousand mutations of %s',
  async (name, content) => {
    const result = await fuzz(name, content, 1000, { from: 10_000 });
    expect(result.refused).toBeGreaterThan(100);
  },
  600_000,
);
