import { describe, expect, it } from 'vitest';
import { type BleuOptions, bleuTokenizers, type ChrfOptions, createBleu, createChrf, sentenceBleu } from './index.js';
import { expectClose, reference } from './testing/reference.js';

const { hypotheses, references, ...wanted } = reference.text;
const streams = (count: number) => references.map((pair) => pair.slice(0, count));

/** sacreBLEU's names of options, and ours. */
const names: Record<string, string> = {
  smooth_method: 'smooth',
  smooth_value: 'smoothValue',
  effective_order: 'effectiveOrder',
  max_ngram_order: 'maxOrder',
  word_order: 'wordOrder',
  char_order: 'characterOrder',
};
const ours = <T extends object>(options: Record<string, unknown>): T =>
  JSON.parse(
    JSON.stringify(Object.fromEntries(Object.entries(options).map(([key, value]) => [names[key] ?? key, value]))),
  );

describe("sacreBLEU's tokenizers", () => {
  it.each(wanted.tokens)('$tokenizer', ({ tokenizer, lines }) => {
    for (const [line, tokens] of lines)
      expect(bleuTokenizers[tokenizer](line.replace(/[ \n\xa0]+$/, '')).join(' ')).toBe(tokens);
  });
});

describe("sacreBLEU's corpus BLEU", () => {
  it.each(wanted.bleu)('$options, $refs reference(s)', ({ options, refs, ...expected }) => {
    const metric = createBleu(ours<BleuOptions>(options));
    metric.update(hypotheses.slice(0, 4), streams(refs).slice(0, 4));
    metric.update(hypotheses.slice(4), streams(refs).slice(4));
    const result = metric.compute();
    expectClose(result.score, expected.score);
    expectClose(result.precisions, expected.precisions);
    expectClose(result.brevityPenalty, expected.bp);
    expect(result.counts).toEqual(expected.counts);
    expect(result.totals).toEqual(expected.totals);
    expect(result.text).toBe(expected.text);
    expect(result.signature).toBe(expected.signature);
  });

  it('with a varying number of references', () => {
    const metric = createBleu();
    metric.update(
      hypotheses,
      references.map((pair, i) => (i % 2 === 1 ? pair : pair[0])),
    );
    expectClose(metric.compute().score, wanted.varying.score);
    expect(metric.compute().signature).toBe(wanted.varying.signature);
  });

  it('of single sentences, with effective order', () => {
    expectClose(
      hypotheses.map((hypothesis, i) => sentenceBleu(hypothesis, references[i]!).score),
      wanted.sentences,
    );
  });

  it('says what does not fit', () => {
    const metric = createBleu();
    expect(metric.compute().score).toBeNaN();
    expect(() => metric.update(['a', 'b'], ['a'])).toThrow(/2 hypotheses and 1 references/);
    expect(() => metric.update(['a'], [[]])).toThrow(/segment 0 has no reference/);
    expect(() => metric.update(JSON.parse('"a"'), ['a'])).toThrow(/lists of texts/);
    expect(() => createBleu({ tokenize: JSON.parse('"13b"') })).toThrow(/"13b" is none of.*"13a"/);
  });
});

describe("sacreBLEU's chrF", () => {
  it.each(wanted.chrf)('$options, $refs reference(s)', ({ options, refs, score, name, signature }) => {
    const metric = createChrf(ours<ChrfOptions>(options));
    expect(metric.compute().score).toBeNaN();
    metric.update(hypotheses, streams(refs));
    expectClose(metric.compute().score, score);
    expect(metric.compute()).toMatchObject({ name, signature });
  });
});
