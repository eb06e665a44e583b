import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fuzz, seeds } from './fuzz.js';

const folder = mkdtempSync(join(tmpdir(), 'tokenizer-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a thousand mutated tokenizer files are read or refused by name', async () => {
  const files = ['Other', 'Bpe', 'ByteLevel'].flatMap((kind) =>
    seeds(readFileSync(join(import.meta.dirname, `../fixtures/tokenizers${kind}.json`), 'utf8')),
  );
  const { refused, longest } = await fuzz(files, { from: 0, to: 1000, folder });
  console.log(`${refused} of 1000 refused, the longest took ${longest.toFixed(0)} ms`);
  expect(refused).toBeGreaterThan(300);
  expect(longest).toBeLessThan(10_000);
});
