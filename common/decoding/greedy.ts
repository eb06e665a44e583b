import { type Choose, type ContinueOptions, continueAll } from './continueAll.js';
import type { SequenceModel } from './sequenceModel.js';

/** The likeliest token at each step. */
const first: Choose = ({ ids, count }, row) => ids[row * count]!;

/**
 * Greedy decoding of many sources at once. Rows that have ended make room for the next sources, so that steps stay full, and sources of similar length
 * run together.
 *
 * @returns the tokens of each source's text, without beginning and end, in the order of the sources.
 */
export function greedy(
  model: SequenceModel,
  sources: readonly ArrayLike<number>[],
  options: ContinueOptions = {},
): Int32Array[] {
  return continueAll(model, sources, { ...options, candidates: 1, choose: first });
}
