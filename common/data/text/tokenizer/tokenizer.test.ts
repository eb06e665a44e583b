import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTokenizer } from './tokenizer.js';

interface Row {
  text: string;
  ids: number[];
  plain?: number[];
  decoded: string;
  all: string;
}
interface Case {
  name: string;
  tokenizer: unknown;
  rows: Row[];
  pair: { texts: [string, string]; ids: number[]; typeIds: number[] };
}

/** Printed by Python's tokenizers: fixtures/make_fixtures.py. */
const cases = ['ByteLevel', 'Bpe', 'Other'].flatMap((file): Case[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../fixtures/tokenizers${file}.json`), 'utf8')),
);

describe.each(cases)('$name', ({ name, tokenizer: json, rows, pair }) => {
  const tokenizer = createTokenizer(json, name);

  test('gives the ids that Python gives', () => {
    for (const { text, ids, plain } of rows) {
      expect([...tokenizer.encodeIds(text)], text).toEqual(ids);
      expect([...tokenizer.encodeIds(text, { addSpecialTokens: false })], text).toEqual(plain ?? ids);
    }
  });

  test('gives the text that Python gives', () => {
    for (const { text, ids, decoded, all } of rows) {
      expect(tokenizer.decode(ids), text).toBe(decoded);
      expect(tokenizer.decode(ids, { skipSpecialTokens: false }), text).toBe(all);
    }
  });

  test('joins two texts as Python does', () => {
    const { ids, typeIds } = tokenizer.encode(pair.texts[0], { pair: pair.texts[1] });
    expect([...ids]).toEqual(pair.ids);
    expect([...typeIds]).toEqual(pair.typeIds);
  });
});
