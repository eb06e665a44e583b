import { expect, test } from 'vitest';
import { fuzz, fuzzFiles } from './fuzz.js';

// A thousand of each: fuzz.slow.test.ts.
test.each(Object.entries(fuzzFiles()))(
  'mutations of %s are read or refused, never more',
  async (name, content) => {
    const count = name.endsWith('.parquet') ? 60 : 200;
    const result = await fuzz(name, content, count);
    expect(result.refused).toBeGreaterThan(count / 10);
    if (name === 'checksums.parquet') expect(result.refused).toBeGreaterThan(count / 2);
  },
  60_000,
);

test.each(Object.entries(fuzzFiles()))(
  'streaming too: %s',
  async (name, content) => {
    await fuzz(name, content, 30, { from: 5000, streaming: true });
  },
  60_000,
);
