/** The likeliest next tokens of each row, likeliest first. */
export interface Candidates {
  /** How many a row. */
  count: number;
  /** [rows × count] */
  ids: Int32Array;
  /** [rows × count] Log-probabilities; with one candidate a row any score. */
  scores: Float32Array;
}

/** Sequences under way, a row each, and what the model remembers of them. */
export interface DecodingState {
  readonly rows: number;
  /** Begins a sequence for each source, as rows after those that there are. */
  add(sources: readonly ArrayLike<number>[]): void;
  /** Takes the last token of each row (the beginning token first) and gives what may come next. */
  step(tokens: Int32Array): Candidates;
  /** Row i goes on as what row `from[i]` was: rows are left out, doubled, reordered. */
  select(from: ArrayLike<number>): void;
}

/** A model that writes one token after another: what greedy decoding, beam search and sampling ask of it. */
export interface SequenceModel {
  readonly vocabulary: number;
  /** The first token of what is written, and the one that ends it. */
  readonly bos: number;
  readonly eos: number;
  /** Tokens of the longest source and the longest text that it can write. */
  readonly maxLength: number;
  /** A state without rows. `candidates`: how many next tokens its steps give; `vocabulary`: all of them. */
  start(candidates: number): DecodingState;
}

export interface LengthOptions {
  /** Tokens to write at most, the end among them, for a source of so many tokens. Default: 50 more than the source (section 6.1). */
  maxTokens?: (sourceLength: number) => number;
}

/** The order in which sources are begun, the longest first: rows under way together are of similar length, and the caches shrink. */
export function longestFirst(sources: readonly ArrayLike<number>[]): number[] {
  return Array.from(sources.keys()).sort((a, b) => sources[b]!.length - sources[a]!.length || a - b);
}

/** The limit of a text for a source of this length. */
export function limitOf(model: SequenceModel, { maxTokens }: LengthOptions, sourceLength: number): number {
  return Math.max(1, Math.min(model.maxLength, Math.floor(maxTokens?.(sourceLength) ?? sourceLength + 50)));
}
