import { didYouMean, UserError } from '../utils/index.js';
import { type BleuTokenizer, bleuTokenizers, trimEnd } from './bleuTokenizers.js';
import { fixed } from './fixed.js';
import { checkCount } from './inputs.js';
import { defineMetric, type MetricDefinition } from './metric.js';
import {
  mergeReferenceCount,
  ngrams,
  overlap,
  type ReferenceCount,
  type References,
  readSegments,
  referenceCountText,
} from './segments.js';

/** The version of sacreBLEU whose numbers these are; part of the signature. */
export const SACREBLEU_VERSION = '2.6.0';

const smoothings = ['exp', 'floor', 'add-k', 'none'] as const;
const defaultSmoothValue: Partial<Record<(typeof smoothings)[number], number>> = { floor: 0.1, 'add-k': 1 };

export interface BleuOptions {
  /** Default `13a`. */
  tokenize?: BleuTokenizer;
  /** Default false. */
  lowercase?: boolean;
  /** What counts for an n-gram order without a match (Chen & Cherry 2014, methods 3, 1 and 2, and none); default `exp`. */
  smooth?: (typeof smoothings)[number];
  /** Of `floor` (default 0.1) and `add-k` (default 1). */
  smoothValue?: number;
  /** Leaves out orders longer than the hypotheses: for single sentences. Default false. */
  effectiveOrder?: boolean;
  /** Longest n-gram; default 4. */
  maxOrder?: number;
}

export interface Bleu {
  /** 0 to 100; NaN without segments. */
  score: number;
  /** In percent, smoothed, for n = 1, 2, …; */
  precisions: number[];
  counts: number[];
  totals: number[];
  brevityPenalty: number;
  hypothesisLength: number;
  referenceLength: number;
  /** To be printed beside the score: `nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0`. */
  signature: string;
  /** sacreBLEU's line: `BLEU = 48.53 82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len = 18)`. */
  text: string;
}

export interface BleuCounts {
  hypothesisLength: number;
  referenceLength: number;
  /** Matched n-grams, clipped by the references, for n = 1, 2, …. */
  correct: number[];
  total: number[];
  references: ReferenceCount;
}

/**
 * Streaming corpus BLEU (Papineni et al. 2002) with sacreBLEU's numbers (Post 2018): `update(hypotheses, references)`, plain, detokenized texts;
 * the references of each hypothesis are one text or a list of texts. Its counts are integers: batches and shards change nothing.
 */
export function createBleu(options: BleuOptions = {}) {
  return defineMetric(bleuDefinition(options));
}

/** BLEU of one sentence; `effectiveOrder` is then true unless given, as in sacreBLEU's `sentence_bleu`. */
export function sentenceBleu(
  hypothesis: string,
  references: string | readonly string[],
  options: BleuOptions = {},
): Bleu {
  const metric = createBleu({ effectiveOrder: true, ...options });
  metric.update([hypothesis], [references]);
  return metric.compute();
}

function bleuDefinition(
  options: BleuOptions,
): MetricDefinition<[hypotheses: readonly string[], references: References], Bleu, BleuCounts> {
  const { tokenize = '13a', lowercase = false, smooth = 'exp', maxOrder = 4 } = options;
  const names = Object.keys(bleuTokenizers);
  if (!names.includes(tokenize))
    throw new UserError(`tokenize "${tokenize}" is none of ${names.join(', ')}.${didYouMean(tokenize, names)}`);
  if (!smoothings.includes(smooth))
    throw new UserError(`smooth "${smooth}" is none of ${smoothings.join(', ')}.${didYouMean(smooth, smoothings)}`);
  checkCount(maxOrder, 'maxOrder', 1);
  const split = (text: string) => bleuTokenizers[tokenize](trimEnd(lowercase ? text.toLowerCase() : text));
  const orders = Array.from({ length: maxOrder }, (_, i) => i + 1);
  const add = (into: BleuCounts, from: BleuCounts) => {
    into.hypothesisLength += from.hypothesisLength;
    into.referenceLength += from.referenceLength;
    for (const n of orders.keys()) {
      into.correct[n]! += from.correct[n]!;
      into.total[n]! += from.total[n]!;
    }
    into.references = mergeReferenceCount(into.references, from.references);
  };
  const countSegment = (hypothesis: readonly string[], references: readonly (readonly string[])[]): BleuCounts => ({
    hypothesisLength: hypothesis.length,
    referenceLength: closestLength(
      hypothesis.length,
      references.map(({ length }) => length),
    ),
    correct: orders.map((n) =>
      overlap(ngrams(hypothesis, n, ' '), mostOf(references.map((words) => ngrams(words, n, ' ')))),
    ),
    total: orders.map((n) => Math.max(0, hypothesis.length - n + 1)),
    references: references.length,
  });
  return {
    name: 'bleu',
    settings: { tokenize, lowercase, maxOrder },
    empty: () => ({
      hypothesisLength: 0,
      referenceLength: 0,
      correct: orders.map(() => 0),
      total: orders.map(() => 0),
      references: null,
    }),
    update(counts, hypotheses, references) {
      for (const segment of readSegments(hypotheses, references))
        add(counts, countSegment(split(segment.hypothesis), segment.references.map(split)));
    },
    merge: add,
    compute: (counts) => scoreOf(counts, options),
  };
}

/** The reference length nearest to the hypothesis's, the shorter of two equally near. */
function closestLength(length: number, references: readonly number[]): number {
  return references.reduce((best, other) => {
    const [near, own] = [Math.abs(length - other), Math.abs(length - best)];
    return near < own || (near === own && other < best) ? other : best;
  });
}

function mostOf(all: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const most = new Map<string, number>();
  for (const counts of all) for (const [gram, count] of counts) most.set(gram, Math.max(count, most.get(gram) ?? 0));
  return most;
}

function scoreOf(counts: BleuCounts, options: BleuOptions): Bleu {
  const { smooth = 'exp', effectiveOrder = false, maxOrder = 4 } = options;
  const smoothValue = options.smoothValue ?? defaultSmoothValue[smooth] ?? 0;
  const { hypothesisLength, referenceLength } = counts;
  const [correct, total] = [[...counts.correct], [...counts.total]];
  const precisions = new Array<number>(maxOrder).fill(0);
  const brevityPenalty =
    hypothesisLength >= referenceLength
      ? 1
      : hypothesisLength > 0
        ? Math.exp(1 - referenceLength / hypothesisLength)
        : 0;
  let score = counts.references === null ? Number.NaN : 0;
  if (correct.some((count) => count > 0)) {
    let halving = 1;
    let order = maxOrder;
    for (let n = 0; n < maxOrder; n++) {
      if (smooth === 'add-k' && n > 0) {
        correct[n]! += smoothValue;
        total[n]! += smoothValue;
      }
      if (total[n] === 0) break;
      if (effectiveOrder) order = n + 1;
      if (correct[n] === 0 && smooth === 'exp') halving *= 2;
      const smoothed = smooth === 'exp' ? 1 / halving : smooth === 'floor' ? smoothValue : 0;
      precisions[n] = (100 * (correct[n] === 0 ? smoothed : correct[n]!)) / total[n]!;
    }
    const logs = precisions.slice(0, order).map((p) => (p === 0 ? Number.NEGATIVE_INFINITY : Math.log(p)));
    score = brevityPenalty * Math.exp(logs.reduce((a, b) => a + b, 0) / order);
  }
  const result = {
    score,
    precisions,
    counts: correct,
    totals: total,
    brevityPenalty,
    hypothesisLength,
    referenceLength,
  };
  return { ...result, signature: signatureOf(counts, options), text: textOf(result) };
}

function signatureOf({ references }: BleuCounts, options: BleuOptions): string {
  const { tokenize = '13a', lowercase = false, smooth = 'exp', effectiveOrder = false } = options;
  const value = options.smoothValue ?? defaultSmoothValue[smooth];
  const smoothText = defaultSmoothValue[smooth] === undefined ? smooth : `${smooth}[${fixed(value ?? 0, 2)}]`;
  return `nrefs:${referenceCountText(references)}|case:${lowercase ? 'lc' : 'mixed'}|eff:${effectiveOrder ? 'yes' : 'no'}|tok:${tokenize}|smooth:${smoothText}|version:${SACREBLEU_VERSION}`;
}

function textOf({
  score,
  precisions,
  brevityPenalty,
  hypothesisLength,
  referenceLength,
}: Omit<Bleu, 'signature' | 'text'>): string {
  const ratio = referenceLength > 0 ? hypothesisLength / referenceLength : 0;
  const shares = precisions.map((p) => fixed(p, 1)).join('/');
  return `BLEU = ${fixed(score, 2)} ${shares} (BP = ${fixed(brevityPenalty, 3)} ratio = ${fixed(ratio, 3)} hyp_len = ${hypothesisLength} ref_len = ${referenceLength})`;
}
