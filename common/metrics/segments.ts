// What BLEU and chrF share: pairs of a hypothesis and its references, n-grams, and how many references there were.
import { UserError } from '../utils/index.js';

/** One reference for each hypothesis, or several. */
export type References = readonly (string | readonly string[])[];

/** How many references the segments so far had; null before the first, -1 where the number varies. */
export type ReferenceCount = number | null;

/** Each hypothesis with its references; throws UserError where the lists do not match. */
export function readSegments(
  hypotheses: readonly string[],
  references: References,
): { hypothesis: string; references: readonly string[] }[] {
  if (typeof hypotheses === 'string' || typeof references === 'string')
    throw new UserError('hypotheses and references are lists of texts, one for each segment; a single text was given');
  if (hypotheses.length !== references.length)
    throw new UserError(
      `${hypotheses.length} hypotheses and ${references.length} references: each hypothesis needs one reference, or a list of them`,
    );
  return hypotheses.map((hypothesis, i) => {
    const given = references[i] ?? [];
    const list = typeof given === 'string' ? [given] : given;
    if (typeof hypothesis !== 'string') throw new UserError(`hypothesis ${i} is no text, but ${typeof hypothesis}`);
    if (list.length === 0 || list.some((reference) => typeof reference !== 'string'))
      throw new UserError(`segment ${i} has no reference that is a text`);
    return { hypothesis, references: list };
  });
}

export function mergeReferenceCount(a: ReferenceCount, b: ReferenceCount): ReferenceCount {
  if (a === null || b === null) return a ?? b;
  return a === b ? a : -1;
}

export const referenceCountText = (count: ReferenceCount): string => (count === -1 ? 'var' : `${count ?? 0}`);

/** How often each n-gram of exactly n items occurs. `glue` must not occur in an item of more than one character. */
export function ngrams(items: readonly string[], n: number, glue: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= items.length; i++) {
    const gram = items.slice(i, i + n).join(glue);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** Number of n-grams that both have, counted as often as in both. */
export function overlap(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [gram, count] of a) sum += Math.min(count, b.get(gram) ?? 0);
  return sum;
}
