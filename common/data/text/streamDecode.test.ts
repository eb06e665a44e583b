import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { trainBpe } from './bpe/trainBpe.js';
import { createStreamDecoder, streamDecode } from './streamDecode.js';
import { createTokenizer } from './tokenizer/tokenizer.js';

const text = 'Für 5 € gibt es 👩‍👩‍👧‍👦 und 海は静かだ, dazu é und \ufffd und Ende 😀';

test('a character of several tokens comes whole, the pieces are the text', async () => {
  const tokenizer = await trainBpe(['nothing of it'], { vocabSize: 258 });
  const pieces: string[] = [];
  for await (const piece of streamDecode(tokenizer, tokenizer.encodeIds(text))) pieces.push(piece);
  expect(pieces.join('')).toBe(text);
  // Bytes alone: each character is one piece, but for the true U+FFFD, which comes with what follows it.
  expect(pieces).toEqual(
    [...text].flatMap((c, i, all) => (c === '\ufffd' ? [] : [(all[i - 1] === '\ufffd' ? '\ufffd' : '') + c])),
  );
});

test('a character that never ends comes as U+FFFD at the end', async () => {
  const tokenizer = await trainBpe(['x'], { vocabSize: 257 });
  const decoder = createStreamDecoder(tokenizer);
  const [first] = tokenizer.encodeIds('€');
  expect(decoder.push(first!)).toBe('');
  expect(decoder.end()).toBe('\ufffd');
  expect(decoder.end()).toBe('');
});

interface Case {
  name: string;
  tokenizer: unknown;
}
const cases = ['ByteLevel', 'Bpe', 'Other'].flatMap((kind): Case[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, `fixtures/tokenizers${kind}.json`), 'utf8')),
);

describe('the pieces joined are the whole text decoded', () => {
  test.each(cases)('$name', ({ tokenizer: json }) => {
    const tokenizer = createTokenizer(json);
    for (const skipSpecialTokens of [true, false]) {
      const long = `The keeper's keys do not, zwei Brücken 🇩🇪 😀 море. ${text}`.repeat(3);
      const ids = tokenizer.encodeIds(long);
      const decoder = createStreamDecoder(tokenizer, { skipSpecialTokens });
      const pieces = Array.from(ids, (id) => decoder.push(id));
      expect(pieces.join('') + decoder.end()).toBe(tokenizer.decode(ids, { skipSpecialTokens }));
    }
  });
});
