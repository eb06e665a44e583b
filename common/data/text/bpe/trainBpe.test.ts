import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../utils/index.js';
import { CounterRandom } from '../../random.js';
import { learnMerges } from './learnMerges.js';
import { type BpeProgress, type TrainBpeOptions, trainBpe } from './trainBpe.js';
import { countWords } from './wordCounts.js';

interface Run {
  name: string;
  texts: string[];
  options: TrainBpeOptions;
  vocab: string[];
  merges: [string, string][];
}

/** Printed by Python's BpeTrainer: fixtures/make_fixtures.py. */
const runs: Run[] = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/training.json'), 'utf8'));

describe('trainBpe learns what Python’s BpeTrainer learns', () => {
  test.each(runs)('$name', async ({ texts, options, vocab, merges }) => {
    const tokenizer = await trainBpe(texts, { ...options, unkToken: '<unk>', specialTokens: ['<unk>', '<pad>'] });
    expect(Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.idToToken(id))).toEqual(vocab);
    expect(tokenizer.json).toMatchObject({ model: { merges } });
  });
});

/** The definition: count all pairs anew for every merge. */
function learnPlainly(counts: ReadonlyMap<string, number>, vocabSize: number): [string, string][] {
  const vocab = [...new Set([...counts.keys()].flatMap((word) => [...word]))].sort();
  const words = [...counts].map(([word, count]) => ({ symbols: [...word], count }));
  const merges: [string, string][] = [];
  while (vocab.length < vocabSize) {
    const pairs = new Map<string, { pair: [string, string]; count: number }>();
    for (const { symbols, count } of words)
      for (let i = 0; i + 1 < symbols.length; i++) {
        const pair: [string, string] = [symbols[i]!, symbols[i + 1]!];
        const entry = pairs.get(pair.join('\0')) ?? { pair, count: 0 };
        entry.count += count;
        pairs.set(pair.join('\0'), entry);
      }
    const rank = (token: string) => vocab.indexOf(token);
    const [best] = [...pairs.values()].sort(
      (x, y) => y.count - x.count || rank(x.pair[0]) - rank(y.pair[0]) || rank(x.pair[1]) - rank(y.pair[1]),
    );
    if (best === undefined || best.count < 1) break;
    const token = best.pair.join('');
    if (!vocab.includes(token)) vocab.push(token);
    merges.push(best.pair);
    for (const word of words) {
      const next: string[] = [];
      for (let i = 0; i < word.symbols.length; i++) {
        if (word.symbols[i] === best.pair[0] && word.symbols[i + 1] === best.pair[1]) {
          next.push(token);
          i++;
        } else next.push(word.symbols[i]!);
      }
      word.symbols = next;
    }
  }
  return merges;
}

test('the incremental counts are those of a new count after each merge', () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new CounterRandom(seed);
    const counts = new Map<string, number>();
    for (let i = 0; i < 40; i++) {
      const word = Array.from({ length: 1 + random.integer(7) }, () => 'abcde'[random.integer(5)]).join('');
      counts.set(word, 1 + random.integer(20));
    }
    const { merges } = learnMerges(counts, { vocabSize: 40, minFrequency: 1, specialTokens: [], initialAlphabet: [] });
    const plain = learnPlainly(counts, 40);
    // The plain way counts overlapping pairs such as "aaa" as the definition does; both agree unless one character is repeated.
    expect(merges.length).toBe(plain.length);
    expect(merges).toEqual(plain);
  }
});

test('a stream gives what an array gives, and reports', async () => {
  const texts = ['the cat sat', 'the cats sat on the mats'];
  const reports: BpeProgress[] = [];
  async function* stream() {
    yield* texts;
  }
  const options = { vocabSize: 280 };
  const streamed = await trainBpe(stream(), { ...options, onProgress: (progress) => reports.push(progress) });
  expect(streamed.json).toEqual((await trainBpe(texts, options)).json);
  expect(streamed.fingerprint).toBe((await trainBpe(texts, options)).fingerprint);
  expect(reports).toContainEqual({ stage: 'count words', done: 2, total: undefined });
  expect(reports.at(-1)).toMatchObject({ stage: 'merge', total: 280 });
});

test('maxWords bounds the words in memory and keeps the frequent ones', async () => {
  function* texts() {
    for (let i = 0; i < 5000; i++) yield `often rare${i}`;
  }
  let largest = 0;
  const counts = await countWords(texts(), (text) => text.split(' '), { maxWords: 100 });
  largest = Math.max(largest, counts.size);
  expect(largest).toBeLessThanOrEqual(100);
  expect(counts.get('often')).toBe(5000);
});

test('endOfWordSuffix and limitAlphabet', async () => {
  const tokenizer = await trainBpe(['low low lower', 'newest newest widest z'], {
    vocabSize: 40,
    minFrequency: 2,
    specialTokens: ['<unk>'],
    unkToken: '<unk>',
    preTokenizer: 'whitespace',
    endOfWordSuffix: '</w>',
    limitAlphabet: 9,
  });
  expect(tokenizer.encode('low newest').tokens).toEqual(['low</w>', 'newest</w>']);
  expect(tokenizer.decode(tokenizer.encodeIds('low newest'))).toBe('low newest');
  expect(tokenizer.encode('z').tokens).toEqual(['<unk>']);
});

test('a template adds its tokens', async () => {
  const tokenizer = await trainBpe(['a b'], {
    vocabSize: 300,
    specialTokens: ['<s>', '</s>'],
    template: { single: '<s> $A </s>', pair: '<s> $A </s> $B:1 </s>:1' },
  });
  expect(tokenizer.encode('a').tokens).toEqual(['<s>', 'a', '</s>']);
  const { tokens, typeIds } = tokenizer.encode('a', { pair: 'b' });
  expect(tokens).toEqual(['<s>', 'a', '</s>', 'b', '</s>']);
  expect([...typeIds]).toEqual([0, 0, 0, 1, 1]);
});

test('plainText reads special tokens in a text as text', async () => {
  const tokenizer = await trainBpe(['a b'], { vocabSize: 300, specialTokens: ['</s>'] });
  expect(tokenizer.encode('a</s>b').tokens).toEqual(['a', '</s>', 'b']);
  const ids = tokenizer.encodeIds('a</s>b', { plainText: true });
  expect([...ids]).not.toContain(0);
  expect(tokenizer.decode(ids)).toBe('a</s>b');
});

test.each([
  [{ vocabSize: 100 }, /vocabSize is 100, but special tokens and alphabet alone are 256/],
  [{ vocabSize: 1.5 }, /vocabSize is 1.5; it must be a whole number/],
  [{ vocabSize: 300, unkToken: '<unk>' }, /unkToken "<unk>" is not one of specialTokens/],
  [{ vocabSize: 300, preTokenizer: { type: 'ByteLvl' } }, /preTokenizer/],
  [{ vocabSize: 300, specialTokens: ['</s>'], template: { single: '$A <s>' } }, /no token "<s>". Did you mean "<\/s>"/],
  [{ vocabSize: 300, template: { single: '' } }, /template/],
] satisfies [TrainBpeOptions, RegExp][])('%j is refused', async (options, message) => {
  const run = trainBpe(['some text'], options);
  await expect(run).rejects.toThrow(UserError);
  await expect(run).rejects.toThrow(message);
});

test('with byteLevel every text comes back as it was', async () => {
  const tokenizer = await trainBpe(['some ordinary text'], { vocabSize: 270 });
  for (let seed = 0; seed < 300; seed++) {
    const random = new CounterRandom(seed);
    // Of all planes; half of a surrogate pair is no text and becomes U+FFFD.
    const text = Array.from({ length: random.integer(30) }, () =>
      String.fromCodePoint(random.integer([0x80, 0x800, 0x10000, 0x110000][random.integer(4)]!)),
    ).join('');
    const expected = new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));
    expect(tokenizer.decode(tokenizer.encodeIds(text))).toBe(expected);
  }
});
