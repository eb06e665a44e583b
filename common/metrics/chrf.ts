import { SACREBLEU_VERSION } from './bleu.js';
import { withoutSpaces, words } from './bleuTokenizers.js';
import { checkCount } from './inputs.js';
import { defineMetric } from './metric.js';
import {
  mergeReferenceCount,
  ngrams,
  overlap,
  type ReferenceCount,
  type References,
  readSegments,
  referenceCountText,
} from './segments.js';

export interface ChrfOptions {
  /** Longest character n-gram; default 6. */
  characterOrder?: number;
  /** Longest word n-gram; default 0 (chrF), 2 for chrF++. */
  wordOrder?: number;
  /** How many times more recall counts than precision; default 2. */
  beta?: number;
  lowercase?: boolean;
  /** White space counts as characters; default false. */
  whitespace?: boolean;
}

export interface Chrf {
  /** 0 to 100; NaN without segments. */
  score: number;
  /** `chrF2`, `chrF2++`: with beta, and a plus for each word order. */
  name: string;
  signature: string;
}

interface ChrfCounts {
  /** For each order: n-grams of the hypotheses, of the references, and in both. */
  orders: [hypothesis: number, reference: number, both: number][];
  references: ReferenceCount;
}

/**
 * Streaming chrF (Popović 2015) and chrF++ (2017) with sacreBLEU's numbers: the F-score of character (and word) n-grams, precision and recall
 * averaged over the orders that occur. `update(hypotheses, references)` as BLEU's; of several references the best of each segment counts.
 */
export function createChrf({
  characterOrder = 6,
  wordOrder = 0,
  beta = 2,
  lowercase = false,
  whitespace = false,
}: ChrfOptions = {}) {
  checkCount(characterOrder, 'characterOrder', 1);
  checkCount(wordOrder, 'wordOrder', 0);
  const total = characterOrder + wordOrder;
  const grams = (text: string): Map<string, number>[] => {
    const own = lowercase ? text.toLowerCase() : text;
    const characters = [...(whitespace ? own : withoutSpaces(own))];
    const parts = splitPunctuation(own);
    return Array.from({ length: total }, (_, i) =>
      i < characterOrder ? ngrams(characters, i + 1, '') : ngrams(parts, i + 1 - characterOrder, ' '),
    );
  };
  return defineMetric<[hypotheses: readonly string[], references: References], Chrf, ChrfCounts>({
    name: 'chrf',
    settings: { characterOrder, wordOrder, beta, lowercase, whitespace },
    empty: () => ({ orders: Array.from({ length: total }, () => [0, 0, 0]), references: null }),
    update(counts, hypotheses, references) {
      for (const segment of readSegments(hypotheses, references)) {
        const own = grams(segment.hypothesis);
        const candidates = segment.references.map((reference) =>
          grams(reference).map((theirs, i) => match(own[i]!, theirs)),
        );
        const best = candidates.reduce((a, b) => (fScore(b, beta) > fScore(a, beta) ? b : a));
        addOrders(counts, best);
        counts.references = mergeReferenceCount(counts.references, segment.references.length);
      }
    },
    merge(counts, other) {
      addOrders(counts, other.orders);
      counts.references = mergeReferenceCount(counts.references, other.references);
    },
    compute: ({ orders, references }) => ({
      score: references === null ? Number.NaN : fScore(orders, beta),
      name: `chrF${beta}${'+'.repeat(wordOrder)}`,
      signature: `nrefs:${referenceCountText(references)}|case:${lowercase ? 'lc' : 'mixed'}|eff:yes|nc:${characterOrder}|nw:${wordOrder}|space:${whitespace ? 'yes' : 'no'}|version:${SACREBLEU_VERSION}`,
    }),
  });
}

function match(hypothesis: Map<string, number>, reference: Map<string, number>): [number, number, number] {
  const size = (counts: Map<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);
  // As sacreBLEU: n-grams of an order that the reference is too short for are no misses.
  return [reference.size > 0 ? size(hypothesis) : 0, size(reference), overlap(hypothesis, reference)];
}

function addOrders(counts: ChrfCounts, orders: ChrfCounts['orders']): void {
  counts.orders.forEach((sums, i) => {
    for (const k of [0, 1, 2] as const) sums[k] += orders[i]![k];
  });
}

function fScore(orders: ChrfCounts['orders'], beta: number): number {
  const used = orders.filter(([hypothesis, reference]) => hypothesis > 0 && reference > 0);
  const mean = (values: number[]) => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length);
  const precision = mean(used.map(([hypothesis, , both]) => both / hypothesis));
  const recall = mean(used.map(([, reference, both]) => both / reference));
  if (precision + recall === 0) return 0;
  return (100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
}

const PUNCTUATION = new Set('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');

/** Words, with a punctuation mark at the end of one, or else at its start, as a word of its own (chrF++.py's, of M. Popović). */
function splitPunctuation(text: string): string[] {
  return words(text).flatMap((word) => {
    const letters = [...word];
    if (letters.length === 1) return [word];
    if (PUNCTUATION.has(letters.at(-1)!)) return [letters.slice(0, -1).join(''), letters.at(-1)!];
    if (PUNCTUATION.has(letters[0]!)) return [letters[0]!, letters.slice(1).join('')];
    return [word];
  });
}
