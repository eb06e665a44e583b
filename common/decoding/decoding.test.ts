// Greedy decoding, beam search and sampling against what they are defined by: every text of a tiny vocabulary, plain loops, known frequencies.
import { describe, expect, test } from 'vitest';
import { UserError } from '../utils/index.js';
import { beamSearch, greedy, lengthPenaltyOf, sample, streamTokens } from './index.js';
import { likeliest } from './likeliest.js';
import { modelOf, type NextOf, randomNext } from './testModels.js';

const EOS = 1;

/** Every text of at most `limit` tokens (the end among them), ended or cut at the limit, with its log-probability. */
function allTexts(next: NextOf, source: number[], vocabulary: number, limit: number) {
  const found: { tokens: number[]; log: number; length: number; ended: boolean }[] = [];
  const grow = (tokens: number[], log: number) => {
    const step = next(source, [0, ...tokens]);
    for (let id = 0; id < vocabulary; id++) {
      const sum = log + step[id]!;
      const length = tokens.length + 1;
      if (id === EOS) found.push({ tokens, log: sum, length, ended: true });
      else if (length === limit) found.push({ tokens: [...tokens, id], log: sum, length, ended: false });
      else grow([...tokens, id], sum);
    }
  };
  grow([], 0);
  return found;
}

describe('beam search', () => {
  const vocabulary = 5;
  const limit = 4;
  test.each([0, 0.6, 1, 2])('with beams for every text it is an exhaustive search, α = %d', (alpha) => {
    for (let seed = 0; seed < 8; seed++) {
      const next = randomNext(vocabulary, seed);
      const source = [seed, 3];
      const score = (text: { log: number; length: number }) => text.log / ((5 + text.length) / 6) ** alpha;
      const ended = allTexts(next, source, vocabulary, limit)
        .filter((text) => text.ended)
        .sort((a, b) => score(b) - score(a));
      const options = { beams: 4 ** limit, lengthPenalty: alpha, maxTokens: () => limit };
      const [found] = beamSearch(modelOf(next, { vocabulary }), [source], options);
      // Every text that ends within the limit, in the order of its score.
      expect(found!.slice(0, ended.length).map(({ tokens }) => Array.from(tokens))).toEqual(
        ended.map(({ tokens }) => tokens),
      );
      found!.slice(0, 20).forEach((hypothesis, i) => {
        expect(hypothesis.logProbability).toBeCloseTo(ended[i]!.log, 4);
        expect(hypothesis.score).toBeCloseTo(score(ended[i]!), 4);
      });
    }
  });

  test('stops early without losing the best: with few beams as with a search that goes on to the limit', () => {
    for (let seed = 0; seed < 30; seed++) {
      const next = randomNext(6, seed, 4);
      const plain = plainBeam(next, [seed], { vocabulary: 6, beams: 3, alpha: 0.6, limit: 12 });
      const [found] = beamSearch(modelOf(next, { vocabulary: 6 }), [[seed]], { beams: 3, maxTokens: () => 12 });
      expect(Array.from(found![0]!.tokens), `seed ${seed}`).toEqual(plain);
    }
  });

  test('one beam is greedy decoding', () => {
    const model = modelOf(randomNext(7, 3), { vocabulary: 7 });
    const sources = Array.from({ length: 9 }, (_, i) => Array.from({ length: 1 + (i % 4) }, () => i));
    const texts = greedy(model, sources, { maxTokens: () => 10 });
    const found = beamSearch(model, sources, { beams: 1, lengthPenalty: 0, maxTokens: () => 10 });
    found.forEach(([best], i) => {
      // The beam stops at the first end; greedy decoding at the likeliest token: the same where that is the end.
      if (best!.ended && best!.tokens.length === texts[i]!.length) expect(best!.tokens).toEqual(texts[i]);
    });
    expect(found.map(([best]) => best!.tokens.length)).toHaveLength(9);
  });

  test('sources together give what each gives alone', () => {
    const model = modelOf(randomNext(6, 5), { vocabulary: 6 });
    const sources = Array.from({ length: 40 }, (_, i) => Array.from({ length: 1 + ((i * 7) % 11) }, () => i));
    const options = { maxTokens: (length: number) => length + 3 };
    const together = beamSearch(model, sources, { ...options, batch: 5 });
    sources.forEach((source, i) => {
      expect(together[i]).toEqual(beamSearch(model, [source], options)[0]);
    });
  });

  test('a longer text is preferred by a larger α, and mistakes are told', () => {
    expect(lengthPenaltyOf(1, 0.6)).toBe(1);
    expect(lengthPenaltyOf(13, 0.5)).toBeCloseTo(Math.sqrt(3), 12);
    const lengths = [0, 1, 3].map((lengthPenalty) => {
      const model = modelOf(randomNext(6, 11), { vocabulary: 6 });
      const found = beamSearch(model, Array.from({ length: 20 }, (_, i) => [i]), { lengthPenalty, maxTokens: () => 9 }); // biome-ignore format: one call
      return found.reduce((sum, [best]) => sum + best!.tokens.length, 0);
    });
    expect(lengths[0]).toBeLessThan(lengths[1]!);
    expect(lengths[1]).toBeLessThan(lengths[2]!);
    const model = modelOf(randomNext(6, 11), { vocabulary: 6 });
    expect(() => beamSearch(model, [], { beams: 0 })).toThrow(UserError);
    expect(() => beamSearch(model, [], { lengthPenalty: -1 })).toThrow('lengthPenalty is -1');
  });
});

/** Beam search as a plain loop that never stops early. */
function plainBeam(
  next: NextOf,
  source: number[],
  { vocabulary, beams, alpha, limit }: { vocabulary: number; beams: number; alpha: number; limit: number },
): number[] {
  let open = [{ tokens: [] as number[], log: 0 }];
  const done: { tokens: number[]; score: number }[] = [];
  for (let length = 1; length <= limit; length++) {
    const all = open
      .flatMap(({ tokens, log }) =>
        Array.from(next(source, [0, ...tokens]), (step, id) => ({ tokens, id, log: log + step })),
      )
      .sort((a, b) => b.log - a.log);
    open = [];
    for (const { tokens, id, log } of all) {
      if (id === EOS) done.push({ tokens, score: log / ((5 + length) / 6) ** alpha });
      else open.push({ tokens: [...tokens, id], log });
      if (open.length === beams) break;
    }
  }
  expect(vocabulary).toBeGreaterThan(beams);
  return done.sort((a, b) => b.score - a.score)[0]!.tokens;
}

describe('greedy decoding', () => {
  test('is a loop over the likeliest token, in any batch', () => {
    const next = randomNext(9, 21, 5);
    const model = modelOf(next, { vocabulary: 9 });
    const sources = Array.from({ length: 70 }, (_, i) => Array.from({ length: (i * 5) % 13 }, (_, j) => i + j));
    const expected = sources.map((source) => {
      const tokens: number[] = [];
      while (tokens.length < source.length + 2) {
        const step = next(source, [0, ...tokens]);
        const best = step.indexOf(Math.max(...step));
        if (best === EOS) break;
        tokens.push(best);
      }
      return tokens;
    });
    for (const batch of [1, 8, 64]) {
      const ended: number[] = [];
      const options = { batch, maxTokens: (length: number) => length + 2, onEnd: (index: number) => ended.push(index) };
      expect(greedy(model, sources, options).map((text) => Array.from(text))).toEqual(expected);
      expect(ended.sort((a, b) => a - b)).toEqual(Array.from(sources.keys()));
    }
    for (const i of [3, 17]) {
      const streamed = [...streamTokens(model, sources[i]!, { maxTokens: (length) => length + 2 })];
      expect(streamed).toEqual(expected[i]);
    }
  });

  test('no source, no text', () => {
    expect(greedy(modelOf(randomNext(4, 1), { vocabulary: 4 }), [])).toEqual([]);
  });
});

describe('sampling', () => {
  const probabilities = [0, 0.05, 0.5, 0.3, 0.15];
  const next: NextOf = () => Float32Array.from(probabilities, (p) => Math.log(p));
  const model = modelOf(next, { vocabulary: 5 });
  const sources = Array.from({ length: 4000 }, () => [2]);
  const shares = (options: Parameters<typeof sample>[2]) => {
    const counts = [0, 0, 0, 0, 0];
    for (const text of sample(model, sources, { ...options, maxTokens: () => 1 })) counts[text[0] ?? EOS]!++;
    return counts.map((count) => count / sources.length);
  };
  const close = (found: number[], expected: number[]) =>
    expected.forEach((p, i) => {
      // Five standard deviations of a share of 4,000.
      expect(Math.abs(found[i]! - p), `token ${i}`).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / 4000) + 1e-9);
    });

  test('draws by the probabilities, and anew with another seed', () => {
    close(shares({}), probabilities);
    expect(shares({ seed: 1 })).not.toEqual(shares({ seed: 2 }));
    expect(shares({ seed: 1 })).toEqual(shares({ seed: 1, batch: 7 }));
  });
  test('temperature', () => {
    const powers = probabilities.map((p) => p ** 2);
    const sum = powers.reduce((a, b) => a + b);
    close(shares({ temperature: 0.5 }), powers.map((p) => p / sum)); // biome-ignore format: one call
  });
  test('topK', () => close(shares({ topK: 2 }), [0, 0, 0.5 / 0.8, 0.3 / 0.8, 0]));
  test('topP takes the token that crosses it', () => {
    close(shares({ topP: 0.6 }), [0, 0, 0.5 / 0.8, 0.3 / 0.8, 0]);
    close(shares({ topP: 0.5 }), [0, 0, 1, 0, 0]);
    close(shares({ topP: 1e-6 }), [0, 0, 1, 0, 0]);
  });
  test('topK of 1 is greedy', () => {
    const random = modelOf(randomNext(6, 2), { vocabulary: 6 });
    expect(sample(random, [[1], [2, 3]], { topK: 1 })).toEqual(greedy(random, [[1], [2, 3]]));
  });
  test.each([{ temperature: 0 }, { topP: 0 }, { topP: 1.1 }, { topK: 0.5 }])('%j is refused', (options) => {
    expect(() => sample(model, sources, options)).toThrow(UserError);
  });
});

test('the likeliest of each row are those of a sort', () => {
  const next = randomNext(40, 9);
  const scores = Float32Array.from([...next([1], []), ...next([2], [])]);
  for (const count of [1, 3, 39, 40]) {
    const found = likeliest(scores, 2, count);
    for (const r of [0, 1]) {
      const row = Array.from(scores.slice(40 * r, 40 * (r + 1)));
      const order = row.map((_, i) => i).sort((a, b) => row[b]! - row[a]! || a - b);
      expect(Array.from(found.ids.slice(r * count, (r + 1) * count))).toEqual(order.slice(0, count));
    }
  }
});
