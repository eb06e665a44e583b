import { type Candidates, type LengthOptions, limitOf, longestFirst, type SequenceModel } from './sequenceModel.js';

export interface ContinueOptions extends LengthOptions {
  /** Sequences under way at once. Default 64. */
  batch?: number;
  /** Told each text when it ends: its place among the sources, and its tokens. */
  onEnd?: (index: number, tokens: Int32Array) => void;
}

/** Chooses the next token of a row; `index` is the place of its source, `place` that of the token in its text, from 0. */
export type Choose = (candidates: Candidates, row: number, index: number, place: number) => number;

/** Rows are refilled when so large a part of them has ended. */
const REFILL = 1 / 8;

/** Writes a text for every source, one token of every row at a step. See `greedy` and `sample`. */
export function continueAll(
  model: SequenceModel,
  sources: readonly ArrayLike<number>[],
  { candidates, choose, batch = 64, onEnd, ...lengths }: ContinueOptions & { candidates: number; choose: Choose },
): Int32Array[] {
  const texts: number[][] = sources.map(() => []);
  const limits = sources.map(({ length }) => limitOf(model, lengths, length));
  const waiting = longestFirst(sources);
  const state = model.start(candidates);
  let next = 0;
  /** The source of each row. */
  let active: number[] = [];
  while (active.length > 0 || next < waiting.length) {
    const free = batch - active.length;
    if (next < waiting.length && (active.length === 0 || free >= Math.max(1, batch * REFILL))) {
      const more = waiting.slice(next, next + free);
      next += more.length;
      state.add(more.map((index) => sources[index]!));
      active.push(...more);
    }
    const found = state.step(Int32Array.from(active, (index) => texts[index]!.at(-1) ?? model.bos));
    const kept: number[] = [];
    for (const [row, index] of active.entries()) {
      const text = texts[index]!;
      const token = choose(found, row, index, text.length);
      if (token !== model.eos) text.push(token);
      if (token !== model.eos && text.length < limits[index]!) kept.push(row);
      else onEnd?.(index, Int32Array.from(text));
    }
    if (kept.length === active.length) continue;
    const rows = closed(kept);
    state.select(rows);
    active = rows.map((row) => active[row]!);
  }
  return texts.map((text) => Int32Array.from(text));
}

/** The same rows without gaps: the last ones move into the places of those that have ended, the others stay where they are. */
function closed(kept: readonly number[]): number[] {
  const rows = new Array<number>(kept.length);
  const moving: number[] = [];
  for (const row of kept) {
    if (row < kept.length) rows[row] = row;
    else moving.push(row);
  }
  for (let i = 0; i < rows.length; i++) rows[i] ??= moving.pop()!;
  return rows;
}
