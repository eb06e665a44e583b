import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../../utils/index.js';
import { trainBpe } from '../bpe/trainBpe.js';
import { fuzz, seeds } from './fuzz.js';
import { loadTokenizer } from './load.js';
import { createTokenizer } from './tokenizer.js';

const folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const trained = await trainBpe(['some texts', 'some more texts'], { vocabSize: 270, specialTokens: ['<pad>', '</s>'] });

describe('loadTokenizer', () => {
  test('reads what save wrote: from the file, its folder, a model in assets', async () => {
    const model = join(folder, 'models', 'owner', 'a model');
    await trained.save(join(model, 'tokenizer.json'));
    vi.stubEnv('ATELIER_ASSETS', folder);
    for (const source of [join(model, 'tokenizer.json'), model, 'owner/a model']) {
      const tokenizer = await loadTokenizer(source);
      expect(tokenizer.json).toEqual(trained.json);
      expect(tokenizer.fingerprint).toBe(trained.fingerprint);
      expect([...tokenizer.encodeIds('more texts')]).toEqual([...trained.encodeIds('more texts')]);
    }
  });

  test('says where it looked, and how to fetch one', async () => {
    await expect(loadTokenizer('nobody/nothing')).rejects.toThrow(
      /no tokenizer "nobody\/nothing".*atelier download model/,
    );
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await expect(loadTokenizer(empty)).rejects.toThrow(/empty: the folder has no tokenizer.json/);
  });

  test.each([
    ['cut.json', '{"model": {"type"', /cut.json: it cannot be read as JSON/],
    ['latin1.json', Buffer.from([0x7b, 0xe9, 0x7d]), /latin1.json: it cannot be read as JSON/],
    ['list.json', '[]', /list.json: a tokenizer is a JSON object/],
    ['empty.json', '{}', /empty.json: model: /],
  ])('%s is an error that names the file', async (name, content, message) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    await expect(loadTokenizer(path)).rejects.toThrow(UserError);
    await expect(loadTokenizer(path)).rejects.toThrow(message);
  });
});

type Json = Record<string, unknown>;
const bpe = { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']] };

test.each<[string, Json, RegExp]>([
  [
    'a merge of what is not there',
    { model: { ...bpe, merges: ['a c'] } },
    /x.json: model.merges\[0\] needs the token "c"/,
  ],
  [
    'a merge whose result is not there',
    { model: { ...bpe, merges: ['b a'] } },
    /model.merges\[0\] needs the token "ba"/,
  ],
  ['a merge of three', { model: { ...bpe, merges: ['a b c'] } }, /model.merges\[0\] is "a b c"; it must be two tokens/],
  ['an id twice', { model: { ...bpe, vocab: { a: 0, b: 0, ab: 1 } } }, /gives the id 0 to "a" and to "b"/],
  [
    'an id that is none',
    { model: { ...bpe, vocab: { a: 0.5 } } },
    /model.vocab\["a"\] is 0.5; an id is a whole number/,
  ],
  ['an unknown token', { model: { ...bpe, unk_token: '<unk>' } }, /unk_token is "<unk>", which model.vocab lacks/],
  ['a model of another kind', { model: { ...bpe, type: 'BPF' } }, /model.type/],
  [
    'an added token of another id',
    { model: bpe, added_tokens: [{ id: 3, content: 'a' }] },
    /has the id 3, but the vocabulary gives it 0/,
  ],
  [
    'an added token with another’s id',
    { model: bpe, added_tokens: [{ id: 1, content: 'x' }] },
    /has the id 1, which belongs to "b"/,
  ],
  ['a normalizer of another kind', { model: bpe, normalizer: { type: 'NFX' } }, /normalizer.type/],
  ['words of no length', { model: bpe, pre_tokenizer: { type: 'FixedLength', length: 0 } }, /pre_tokenizer.length/],
  [
    'an expression that is none',
    { model: bpe, pre_tokenizer: { type: 'Split', pattern: { Regex: '(a' }, behavior: 'Isolated', invert: false } },
    /x.json: pre_tokenizer: /,
  ],
  [
    'a template with a token that is not given',
    {
      model: bpe,
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '<s>', type_id: 0 } }],
        pair: [],
        special_tokens: {},
      },
    },
    /post_processor.single uses "<s>"/,
  ],
  [
    'a map that is cut',
    { model: bpe, normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } },
    /x.json: normalizer: .*cut/,
  ],
  ['another version', { model: bpe, version: '2.0' }, /version/],
])('%s is an error that names the key', (_, json, message) => {
  expect(() => createTokenizer(json, 'x.json')).toThrow(UserError);
  expect(() => createTokenizer(json, 'x.json')).toThrow(message);
});

test('deep nesting is an error, not a stack overflow', () => {
  let nested: Json = { type: 'NFC' };
  for (let i = 0; i < 5000; i++) nested = { type: 'Sequence', normalizers: [nested] };
  expect(() => createTokenizer({ model: bpe, normalizer: nested }, 'x.json')).toThrow(
    /x.json: normalizer is nested deeper/,
  );
});

test('a word that has no id is an error that names file and token', () => {
  const tokenizer = createTokenizer({ model: { type: 'WordLevel', unk_token: '?', vocab: { a: 0 } } }, 'x.json');
  expect(() => tokenizer.encodeIds('b')).toThrow(/x.json: .*lacks "b"/);
  expect(() => tokenizer.id('</s>')).toThrow(/no token "<\/s>"/);
});

test('mutated files are read or refused by name, within a second each (a part; all in the slow test)', async () => {
  const files = seeds(readFileSync(join(import.meta.dirname, '../fixtures/tokenizersOther.json'), 'utf8'));
  const { refused, longest } = await fuzz(files, { from: 0, to: 60, folder });
  expect(refused).toBeGreaterThan(20);
  expect(longest).toBeLessThan(5000);
});
