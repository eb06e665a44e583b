import { hash32, uniformAt } from '../backend/index.js';
import { UserError } from '../utils/index.js';
import { type Choose, type ContinueOptions, continueAll } from './continueAll.js';
import type { Candidates, SequenceModel } from './sequenceModel.js';

export interface ChoiceOptions {
  /** Scores are divided by it: below 1 the likely tokens become likelier. Default 1. */
  temperature?: number;
  /** Only the k likeliest tokens (Fan et al. 2018). Default: all. */
  topK?: number;
  /** Only the likeliest tokens that have this probability together (Holtzman et al. 2020), one at least. Default 1: all. */
  topP?: number;
  /** Default 0. */
  seed?: number;
}

export interface SampleOptions extends ChoiceOptions, ContinueOptions {}

/**
 * A choice among candidates that are all the vocabulary, or the `topK` likeliest. The random number is a function of (seed, source, place): the same
 * in every batch and order.
 *
 * @throws UserError for options out of range.
 */
export function chooseBy({ temperature = 1, topK, topP = 1, seed = 0 }: ChoiceOptions): Choose {
  if (!(temperature > 0))
    throw new UserError(`temperature is ${temperature}; it must be above 0 (greedy decoding is 0)`);
  if (!(topP > 0 && topP <= 1)) throw new UserError(`topP is ${topP}; it must be above 0 and at most 1`);
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1))
    throw new UserError(`topK is ${topK}; it must be a whole number, 1 or more`);
  return (candidates, row, index, place) =>
    drawn(candidates, row, { temperature, topP, topK }, uniformAt(hash32(seed), index, place));
}

/** The token at `u` of the cumulated probabilities of what is left. */
function drawn(
  { ids, scores, count }: Candidates,
  row: number,
  { temperature, topP, topK = count }: { temperature: number; topP: number; topK?: number },
  u: number,
): number {
  const most = Math.min(topK, count);
  const at = row * count;
  const weights = Float64Array.from({ length: most }, (_, i) =>
    Math.exp((scores[at + i]! - scores[at]!) / temperature),
  );
  const total = weights.reduce((a, b) => a + b, 0);
  let kept = 0;
  let mass = 0;
  // The token that crosses the limit is the last one kept.
  while (kept < most && mass < topP * total) mass += weights[kept++]!;
  let left = u * mass;
  for (let i = 0; i < kept; i++) {
    left -= weights[i]!;
    if (left < 0) return ids[at + i]!;
  }
  return ids[at + Math.max(0, kept - 1)]!;
}

/** Texts drawn from the model, token by token. Greedy decoding is the limit of a low temperature. */
export function sample(
  model: SequenceModel,
  sources: readonly ArrayLike<number>[],
  options: SampleOptions = {},
): Int32Array[] {
  const choose = chooseBy(options);
  // One candidate comes without its probability, and needs none.
  const candidates = Math.min(model.vocabulary, options.topK ?? model.vocabulary);
  return continueAll(model, sources, { ...options, candidates, choose });
}
