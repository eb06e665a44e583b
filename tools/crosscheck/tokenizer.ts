/**
 * For developers: trains byte-pair tokenizers, writes their tokenizer.json and what they make of every text, for tokenizer.py to compare
 * with Python's `tokenizers`.
 *
 *     npx tsx tools/crosscheck/tokenizer.ts <folder> <texts.txt | pairs.jsonl> … && python tools/crosscheck/tokenizer.py <folder>
 *
 * A text is a line of a .txt file, or a string of an object of a .jsonl file.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type TrainBpeOptions, trainBpe } from 'common/data';
import { oddTexts } from './oddTexts.js';

const [folder, ...files] = process.argv.slice(2);
if (folder === undefined || files.length === 0) throw new Error('usage: tokenizer.ts <folder> <texts> …');
mkdirSync(folder, { recursive: true });

const special = ['<pad>', '<unk>', '<s>', '</s>'];
const cases: Record<string, TrainBpeOptions> = {
  byteLevel: {
    vocabSize: 8000,
    specialTokens: special,
    template: { single: '<s> $A </s>', pair: '<s> $A </s> $B:1 </s>:1' },
  },
  byteLevelPrefix: {
    vocabSize: 3000,
    minFrequency: 0,
    specialTokens: special,
    addPrefixSpace: true,
    normalizer: 'nfc',
  },
  whitespace: {
    vocabSize: 4000,
    specialTokens: special,
    unkToken: '<unk>',
    preTokenizer: 'whitespace',
    normalizer: ['nfkc', 'lowercase'],
  },
  metaspace: { vocabSize: 6000, minFrequency: 5, specialTokens: special, unkToken: '<unk>', preTokenizer: 'metaspace' },
  shortTokens: { vocabSize: 2000, specialTokens: special, maxTokenLength: 5 },
  split: {
    vocabSize: 5000,
    specialTokens: special,
    initialAlphabet: [],
    unkToken: '<unk>',
    preTokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: ' ?[^\\s]+' }, behavior: 'MergedWithPrevious', invert: false },
        { type: 'Punctuation', behavior: 'Isolated' },
        { type: 'Digits', individual_digits: true },
      ],
    },
  },
};

/** Processor seconds of all threads: the clock says little on a machine that others use too. */
function seconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

for (const file of files) {
  const source = basename(file).replace(/\..*/, '');
  const lines = readFileSync(file, 'utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const corpus = file.endsWith('.jsonl') ? lines.flatMap((line) => Object.values<string>(JSON.parse(line))) : lines;
  for (const [name, options] of Object.entries(cases)) {
    const start = seconds();
    const tokenizer = await trainBpe(corpus, options);
    const trained = seconds();
    const texts = [...corpus, ...oddTexts];
    const ids = texts.map((text) => tokenizer.encodeIds(text));
    const encoded = seconds();
    const decoded = ids.map((list) => tokenizer.decode(list));
    const finished = seconds();
    const pairs = oddTexts.map((text, i) => {
      const { ids, typeIds } = tokenizer.encode(text, { pair: oddTexts[(i + 1) % oddTexts.length]! });
      return { ids: [...ids], typeIds: [...typeIds] };
    });
    const to = join(folder, `${source}-${name}`);
    await tokenizer.save(`${to}.tokenizer.json`);
    writeFileSync(
      `${to}.result.json`,
      JSON.stringify({
        options,
        corpus: corpus.length,
        texts,
        pairs,
        ids: ids.map((list) => [...list]),
        decoded,
        seconds: {
          train: trained - start,
          encode: encoded - trained,
          decode: finished - encoded,
        },
      }),
    );
    console.log(
      `${source} ${name}: ${tokenizer.vocabSize} tokens; train ${(trained - start).toFixed(2)} s, ` +
        `encode ${(encoded - trained).toFixed(2)} s, decode ${(finished - encoded).toFixed(2)} s for ${texts.length} texts`,
    );
  }
}
