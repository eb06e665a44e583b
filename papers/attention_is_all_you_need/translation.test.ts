// What is asked for is translated, whatever it is: on a model with random weights, as only form matters here.
import { datasetFromRows } from 'common/data';
import { cachedModel } from 'common/decoding';
import { initialise } from 'common/nn';
import { afterAll, describe, expect, test } from 'vitest';
import { attentionOf, attentionPage } from './attention.js';
import { encode, encodePairs, readPairs, special, trainVocabulary } from './pairs.js';
import { createTranslator, streamBatches } from './recipe.js';
import { schema } from './schema.js';
import { piecesOf, splitText, streamLine, translateLines } from './translation.js';

const size = { dim: 32, heads: 4, encoderLayers: 1, decoderLayers: 2, feedForward: 48, dropout: 0.1 };
const config = schema.parse({
  data: { name: 'numbers', generated: { train: 300, validation: 20, test: 20 }, vocabulary: 400, maxTokens: 512 },
  model: size,
  optimizer: { name: 'adam' },
  schedule: { name: 'constant' },
});
const pairs = await readPairs(config.data, 'train');
const tokenizer = await trainVocabulary([...pairs.source, ...pairs.target], config.data);
const model = initialise(createTranslator(config, tokenizer.vocabSize), 1).eval();
const writer = cachedModel(model, { ...special, maxLength: 64 });
afterAll(() => {
  writer.dispose();
  model.dispose();
});

const lines = [
  'zweihundert',
  '',
  '   ',
  'привет, мир',
  '你好世界',
  '😀 👩‍👩‍👧',
  '</s> <pad>',
  'x'.repeat(500),
  'eins zwei. '.repeat(700),
];
const options = { extraTokens: 4 };

describe('lines', () => {
  const found = translateLines(writer, tokenizer, lines, options);
  test('one for one; an empty line gives an empty line', () => {
    expect(found).toHaveLength(lines.length);
    found.forEach((text, i) => {
      if (lines[i]!.trim() === '') expect(text).toBe('');
      else expect(text).not.toContain('\n\n');
    });
  });

  test('alone as together, streamed as whole, by search as well', async () => {
    for (const i of [0, 3, 5, 8]) {
      expect(translateLines(writer, tokenizer, [lines[i]!], options)).toEqual([found[i]]);
      let streamed = '';
      for await (const text of streamLine(writer, tokenizer, lines[i]!, options)) streamed += text;
      expect(streamed.trim()).toBe(found[i]);
    }
    expect(translateLines(writer, tokenizer, lines.slice(0, 6), { ...options, beams: 3 })).toHaveLength(6);
    const drawn = { ...options, choice: { topK: 5, seed: 2 } };
    expect(translateLines(writer, tokenizer, lines.slice(0, 6), drawn)).toEqual(
      translateLines(writer, tokenizer, lines.slice(0, 6), drawn),
    );
  });
});

describe('pieces', () => {
  test('special tokens in a line are text; every piece fits and ends', () => {
    expect(Array.from(encode(tokenizer, '</s>'))).not.toContain(special.eos);
    for (const line of lines) {
      const pieces = piecesOf(tokenizer, line, 64);
      expect(pieces.length).toBe(line.trim() === '' ? 0 : Math.max(1, pieces.length));
      for (const ids of pieces) {
        expect(ids.length).toBeLessThanOrEqual(64);
        expect(ids.at(-1)).toBe(special.eos);
      }
    }
    // 1,400 words and 700 ends of sentences: nothing is lost.
    const words = piecesOf(tokenizer, lines[8]!, 64).map((ids) => tokenizer.decode(ids).trim()).join(' '); // biome-ignore format: one chain
    expect(words).toBe(lines[8]!.trim());
  });

  test('long texts are cut at sentences, then at spaces, then anywhere', () => {
    const fits = (text: string) => text.length <= 10;
    expect(splitText('Ja. Nein. Gut.', fits)).toEqual(['Ja. Nein.', 'Gut.']);
    expect(splitText('eins zwei drei', fits)).toEqual(['eins zwei', 'drei']);
    expect(splitText('😀'.repeat(12), fits).join('')).toBe('😀'.repeat(12));
    expect(splitText('', fits)).toEqual([]);
  });
});

test('pairs that are empty or too long are left out', () => {
  const some = { source: ['eins', '', 'drei '.repeat(80)], target: ['one', 'two', 'three'], fingerprint: '' };
  const { source, target, leftOut } = encodePairs(tokenizer, some, 32);
  expect([source.length, target.length, leftOut]).toEqual([1, 1, 2]);
});

test('attention maps: a row for each token that is written, each of weight 1', async () => {
  const maps = attentionOf(model, writer, tokenizer, 'dreihundertvier Euro')!;
  expect(maps.layers).toHaveLength(2);
  const [heads, T, S] = maps.layers[0]!.shape;
  expect([heads, T, S]).toEqual([4, maps.target.length, maps.source.length]);
  for (let row = 0; row < heads * T; row++)
    expect(maps.layers[0]!.data.subarray(row * S, (row + 1) * S).reduce((a, b) => a + b)).toBeCloseTo(1, 4);
  expect(attentionOf(model, writer, tokenizer, ' ')).toBeUndefined();
  const page = await attentionPage(model, writer, tokenizer, ['zwei <b>', '']);
  expect(page).toContain('zwei &lt;b&gt;');
});

test('batches of a stream go on where they were, in this process and in the next', async () => {
  const rows = pairs.source.map((source, i) => ({ source, target: pairs.target[i]! }));
  const streaming = { steps: 5, widths: [24, 64], window: 50, vocabularyTexts: 100 };
  const settings = { data: { ...config.data, streaming }, seed: 0 };
  const dataset = datasetFromRows(rows);
  const make = () => streamBatches(streamOf(rows, dataset.fingerprint), tokenizer, settings);
  const read = async (source: ReturnType<typeof make>, epoch: number, from?: number, cursor?: unknown) => {
    const found: { text: string; cursor: unknown }[] = [];
    for await (const batch of source.batches(epoch, from, cursor))
      found.push({
        text: Array.from(batch.target.dataSync()).join(),
        cursor: JSON.parse(JSON.stringify(batch.cursor)),
      });
    return found;
  };
  const first = make();
  const one = await read(first, 0);
  const two = await read(first, 1, 0, one.at(-1)?.cursor);
  expect([one.length, two.length]).toEqual([5, 5]);
  expect(two).not.toEqual(one);
  expect(await read(make(), 1)).toEqual(two); // read again from the beginning, and left out
  expect(await read(make(), 1, 3)).toEqual(two.slice(3));
  expect(await read(make(), 1, 3, two[2]?.cursor)).toEqual(two.slice(3)); // found at once
  // More epochs than the stream has pairs for: it begins again, in another order, and is found there too.
  const nine = await read(make(), 9);
  expect(nine).toHaveLength(5);
  expect(await read(make(), 9, 2, nine[1]?.cursor)).toEqual(nine.slice(2));
  await expect(read(make(), 1, 0, { window: -1 })).rejects.toThrow('The place in the stream is not understood at');
});

/** A stream over rows in memory. */
function streamOf(
  rows: { source: string; target: string }[],
  fingerprint: string,
): Parameters<typeof streamBatches>[0] {
  const iterate = async function* (from?: { state: unknown }) {
    for (let i = typeof from?.state === 'number' ? from.state : 0; i < rows.length; i++)
      yield { row: rows[i]!, where: `row ${i}`, cursor: () => ({ fingerprint, state: i + 1 }) };
  };
  return { iterate } as unknown as Parameters<typeof streamBatches>[0];
}
