// Decoding with a cache against the model over the whole prefix: the same tokens; one compiled decoder for all lengths; files as good as the model.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, test } from 'vitest';
import { engineStats } from '../backend/index.js';
import { exportDecoder, exportEncoder, Seq2Seq, type Seq2SeqOptions } from '../models/index.js';
import { initialise } from '../nn/index.js';
import { beamSearch, type CachedModel, cachedModel, greedy, loadCachedModel, sample } from './index.js';
import { uncached } from './testModels.js';

const special = { pad: 0, bos: 1, eos: 2 };
const vocabulary = 23;

function make(options: Partial<Seq2SeqOptions>, seed: number): Seq2Seq {
  const model = new Seq2Seq({
    ...{ vocabulary, dim: 32, heads: 4, encoderLayers: 2, decoderLayers: 2, feedForward: 48, dropout: 0.1 },
    positions: 'sinusoidal',
    ...options,
  });
  return initialise(model, seed).eval();
}
const sources = Array.from({ length: 21 }, (_, i) =>
  Int32Array.from({ length: 1 + ((i * 5) % 19) }, (_, j) => 3 + ((i * 11 + j * j * 7) % (vocabulary - 3))),
);
const lengths = { maxTokens: (length: number) => length + 9 };

describe.each([
  ['post-norm', {}],
  ['pre-norm with GELU', { normFirst: true, activation: 'gelu' as const }],
  ['one layer without positions', { encoderLayers: 1, decoderLayers: 1, positions: 'none' as const }],
])('%s', (_, options) => {
  const model = make(options, 4);
  const cached = cachedModel(model, { ...special, maxLength: 64 });
  const plain = uncached(model, special);
  afterAll(() => {
    cached.dispose();
    model.dispose();
  });

  test('greedy: cached and uncached, alone and in batches', () => {
    const expected = greedy(plain, sources, lengths);
    expect(expected.some((text) => text.length > 9)).toBe(true);
    for (const batch of [1, 4, 64]) expect(greedy(cached, sources, { ...lengths, batch })).toEqual(expected);
  });

  test('beam search and sampling', () => {
    const some = sources.slice(0, 6);
    const [expected, found] = [plain, cached].map((model) => beamSearch(model, some, { ...lengths, beams: 3 }));
    expect(found!.map(([best]) => best!.tokens)).toEqual(expected!.map(([best]) => best!.tokens));
    found!.forEach(([best], i) => {
      expect(best!.score).toBeCloseTo(expected![i]![0]!.score, 4);
    });
    const [drawn, redrawn] = [plain, cached].map((model) => sample(model, some, { ...lengths, topP: 0.9, seed: 3 }));
    expect(redrawn).toEqual(drawn);
  });
});

test('one decoder serves every batch and length', () => {
  const model = make({}, 1);
  const cached = cachedModel(model, { ...special, maxLength: 300 });
  greedy(cached, [[3, 4]], { maxTokens: () => 2 });
  const before = engineStats();
  const long = Int32Array.from({ length: 200 }, (_, i) => 3 + (i % 20));
  const [text] = greedy(cached, [long, ...sources], { maxTokens: () => 290, batch: 5 });
  expect(text!.length).toBeGreaterThan(0);
  expect(engineStats().compiles).toBe(before.compiles);
  expect(engineStats().sessions).toBe(before.sessions);
  cached.dispose();
  model.dispose();
});

test('an empty source, and one that is too long', () => {
  const model = make({}, 2);
  const cached = cachedModel(model, { ...special, maxLength: 40 });
  const [empty, other] = greedy(cached, [[], [5, 6, 7]], { maxTokens: () => 6 });
  expect(empty!.every((id) => id >= 0 && id < vocabulary)).toBe(true);
  expect(other).toEqual(greedy(cached, [[5, 6, 7]], { maxTokens: () => 6 })[0]);
  expect(() => greedy(cached, [new Int32Array(41).fill(4)])).toThrow('41 tokens is longer than the 40');
  // Never more tokens than there are positions for.
  expect(greedy(cached, [new Int32Array(40).fill(4)])[0]!.length).toBeLessThanOrEqual(40);
  cached.dispose();
  model.dispose();
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-decoding-'));
  const model = make({}, 4);
  const paths = { encoder: join(folder, 'encoder.onnx'), decoder: join(folder, 'decoder.onnx') };
  writeFileSync(paths.encoder, exportEncoder(model, special));
  writeFileSync(paths.decoder, exportDecoder(model, special));
  const open: CachedModel[] = [];
  afterAll(() => {
    for (const each of open) each.dispose();
    model.dispose();
    rmSync(folder, { recursive: true });
  });

  test('write the same texts', () => {
    const fromFiles = loadCachedModel(paths.encoder, paths.decoder);
    const fromModel = cachedModel(model, special);
    open.push(fromFiles, fromModel);
    expect(greedy(fromFiles, sources, lengths)).toEqual(greedy(fromModel, sources, lengths));
    const [a, b] = [fromFiles, fromModel].map((each) => beamSearch(each, sources.slice(0, 5), lengths));
    expect(a!.map(([best]) => best!.tokens)).toEqual(b!.map(([best]) => best!.tokens));
  });

  test('run in onnxruntime-node by a loop of its own, the cache grown by concatenation', async () => {
    const expected = greedy(cachedModelOnce(), sources.slice(0, 3), lengths);
    const encoder = await InferenceSession.create(paths.encoder);
    const decoder = await InferenceSession.create(paths.decoder);
    for (const [i, source] of sources.slice(0, 3).entries()) {
      const ids = new Tensor('int32', source, [1, source.length]);
      const memory = await encoder.run({ source: ids });
      const past = Object.fromEntries(
        decoder.inputNames
          .filter((name) => name.startsWith('past_'))
          .map((name) => [name, { columns: [] as Float32Array[] }]),
      );
      const text: number[] = [];
      let token = special.bos;
      while (text.length < lengths.maxTokens(source.length)) {
        const result = await decoder.run({
          ...memory,
          source: ids,
          token: new Tensor('int32', Int32Array.of(token), [1]),
          position: new Tensor('int32', Int32Array.of(text.length), [1]),
          ...Object.fromEntries(
            Object.entries(past).map(([name, { columns }]) => [name, columnsTensor(columns, 4, 8)]),
          ),
        });
        for (const [name, { columns }] of Object.entries(past))
          columns.push(result[name.replace('past_', '')]!.data as Float32Array);
        const scores = Array.from(result.log_probabilities!.data as Float32Array);
        token = scores.indexOf(Math.max(...scores));
        if (token === special.eos) break;
        text.push(token);
      }
      expect(text).toEqual(Array.from(expected[i]!));
    }
    await encoder.release();
    await decoder.release();
  });

  function cachedModelOnce(): CachedModel {
    const made = cachedModel(model, special);
    open.push(made);
    return made;
  }

  test('what is no such file is told', () => {
    const other = join(folder, 'other.onnx');
    writeFileSync(other, 'no model');
    expect(() => loadCachedModel(other, paths.decoder)).toThrow('is no ONNX model');
  });
});

/** Columns [heads, width] as [1, heads, columns, width]; one place of zeros where there are none. */
function columnsTensor(columns: readonly Float32Array[], heads: number, width: number): Tensor {
  const count = Math.max(1, columns.length);
  const data = new Float32Array(heads * count * width);
  columns.forEach((column, p) => {
    for (let h = 0; h < heads; h++) data.set(column.subarray(h * width, (h + 1) * width), (h * count + p) * width);
  });
  return new Tensor('float32', data, [1, heads, count, width]);
}
