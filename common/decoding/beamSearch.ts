import { UserError } from '../utils/index.js';
import { type LengthOptions, limitOf, longestFirst, type SequenceModel } from './sequenceModel.js';

export interface BeamOptions extends LengthOptions {
  /** Hypotheses kept at each step. Default 4, as in the paper. */
  beams?: number;
  /** α of the length penalty: 0 prefers short texts. Default 0.6, as in the paper. */
  lengthPenalty?: number;
  /** Sources searched at once: as many times `beams` rows. Default 16. */
  batch?: number;
  /** Told each source's hypotheses when its search ends. */
  onEnd?: (index: number, hypotheses: readonly Hypothesis[]) => void;
}

export interface Hypothesis {
  /** Without beginning and end. */
  tokens: Int32Array;
  /** log P(Y|X), the end included. */
  logProbability: number;
  /** What hypotheses are ranked by: log P(Y|X) over the length penalty. */
  score: number;
  /** Whether it reached its end, and not the limit. */
  ended: boolean;
}

/** ((5 + |Y|)/(5 + 1))^α (Wu et al. 2016, equation 14); |Y| counts the end. */
export function lengthPenaltyOf(length: number, alpha: number): number {
  return ((5 + length) / 6) ** alpha;
}

interface Open {
  tokens: readonly number[];
  logProbability: number;
}

interface Search {
  index: number;
  limit: number;
  open: Open[];
  done: Hypothesis[];
}

/**
 * Beam search (section 6.1 of the paper: beams of 4, α = 0.6). Ended hypotheses leave the beam and wait; a search ends when none that is open can
 * come to a better score than the `beams` best that have ended, or at its limit, where open ones are taken as they are if too few have ended.
 *
 * @returns for each source its hypotheses, best first, at most `beams`.
 * @throws UserError for options out of range.
 */
export function beamSearch(
  model: SequenceModel,
  sources: readonly ArrayLike<number>[],
  { beams = 4, lengthPenalty = 0.6, batch = 16, onEnd, ...lengths }: BeamOptions = {},
): Hypothesis[][] {
  if (!(Number.isInteger(beams) && beams >= 1))
    throw new UserError(`beams is ${beams}; it must be a whole number, 1 or more`);
  if (!(lengthPenalty >= 0)) throw new UserError(`lengthPenalty is ${lengthPenalty}; it must be 0 or more`);
  const results: Hypothesis[][] = sources.map(() => []);
  const waiting = longestFirst(sources);
  // Of 2·beams candidates at most `beams` are ends of the beam's own hypotheses: as many are left to go on.
  const state = model.start(Math.min(model.vocabulary, Math.max(2, 2 * beams)));
  let searches: Search[] = [];
  let next = 0;
  while (searches.length > 0 || next < waiting.length) {
    if (next < waiting.length && searches.length <= batch / 2) {
      const more = waiting.slice(next, next + batch - searches.length);
      next += more.length;
      state.add(more.map((index) => sources[index]!));
      for (const index of more) {
        const limit = limitOf(model, lengths, sources[index]!.length);
        searches.push({ index, limit, open: [{ tokens: [], logProbability: 0 }], done: [] });
      }
    }
    const rows = searches.flatMap(({ open }) => open);
    const { ids, scores, count } = state.step(Int32Array.from(rows, ({ tokens }) => tokens.at(-1) ?? model.bos));
    const from: number[] = [];
    const left: Search[] = [];
    let row = 0;
    for (const search of searches) {
      const { limit, open, done, index } = search;
      const candidates = open.flatMap(({ logProbability }, i) =>
        Array.from({ length: count }, (_, c) => {
          const at = (row + i) * count + c;
          return { parent: i, id: ids[at]!, logProbability: logProbability + scores[at]! };
        }),
      );
      candidates.sort((a, b) => b.logProbability - a.logProbability);
      const length = (open[0]?.tokens.length ?? 0) + 1;
      const grown: Open[] = [];
      const parents: number[] = [];
      for (const { parent, id, logProbability } of candidates) {
        const { tokens } = open[parent]!;
        if (id === model.eos) done.push(hypothesis(tokens, logProbability, length, lengthPenalty, true));
        else {
          grown.push({ tokens: [...tokens, id], logProbability });
          parents.push(row + parent);
        }
        // Ends that are worse than all that go on are not worth keeping.
        if (grown.length === beams) break;
      }
      row += open.length;
      done.sort((a, b) => b.score - a.score);
      done.length = Math.min(done.length, beams);
      search.open = grown;
      if (length >= limit || isOver(search, { beams, lengthPenalty })) {
        for (const { tokens, logProbability } of grown)
          if (done.length < beams && length >= limit)
            done.push(hypothesis(tokens, logProbability, length, lengthPenalty, false));
        results[index] = done.sort((a, b) => Number(b.ended) - Number(a.ended) || b.score - a.score);
        onEnd?.(index, done);
      } else {
        left.push(search);
        from.push(...parents);
      }
    }
    searches = left;
    state.select(from);
  }
  return results;
}

/** Whether no open hypothesis can still be better than the worst that would be returned: its score at the limit, if every token to come were certain. */
function isOver(
  { open, done, limit }: Search,
  { beams, lengthPenalty }: { beams: number; lengthPenalty: number },
): boolean {
  const [best] = open;
  if (best === undefined) return true;
  const worst = done.length < beams ? undefined : done.at(-1);
  return worst !== undefined && best.logProbability / lengthPenaltyOf(limit, lengthPenalty) <= worst.score;
}

function hypothesis(
  tokens: readonly number[],
  logProbability: number,
  length: number,
  alpha: number,
  ended: boolean,
): Hypothesis {
  const score = logProbability / lengthPenaltyOf(length, alpha);
  return { tokens: Int32Array.from(tokens), logProbability, score, ended };
}
