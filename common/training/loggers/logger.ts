import type { Pixels } from '../../data/index.js';

/** A value of a config: lists, null and the like are written as their JSON text. */
export type HParam = number | boolean | string | null | undefined | readonly unknown[];

/** Points for TensorBoard's projector, one a row. */
export interface Embedding {
  /** [points][dimensions] */
  vectors: readonly ArrayLike<number>[];
  /** What each point is: a text, or texts by column name (the same columns for all). */
  labels?: readonly (string | Readonly<Record<string, string>>)[];
  /** A small picture a point, all of one size, 1 or 3 channels. */
  images?: readonly Pixels[];
}

/**
 * Where the numbers of a run go: files, or a tracker elsewhere. Only `scalars` must be there; what a logger has no place for it
 * leaves out. A step is the number of optimizer steps done. Calls come from within the loop, so they buffer and return at once; a tracker may
 * return a promise, for which the loop never waits: only the end of the run does. What throws or rejects is counted as lost and told at the
 * end, and the training goes on.
 */
export interface Logger {
  readonly name: string;
  /** Numbers by name: `step_loss`, `train_loss`, `val_accuracy`, `lr`. */
  scalars(step: number, values: Readonly<Record<string, number>>): void | Promise<void>;
  /** 1 (grey), 3 or 4 channels, 0 to 255. */
  image?(step: number, name: string, pixels: Pixels): void | Promise<void>;
  /** How values (weights, gradients) are distributed. NaN and infinities are left out and counted in the scalar `<name>_not_finite`. */
  histogram?(step: number, name: string, values: ArrayLike<number>): void | Promise<void>;
  /** Markdown. */
  text?(step: number, name: string, text: string): void | Promise<void>;
  /** The config by dotted key: at the start without `metrics`, at the end of a finished run with what it came to. */
  hparams?(config: Readonly<Record<string, HParam>>, metrics?: Readonly<Record<string, number>>): void | Promise<void>;
  /** Precision and recall over the threshold. `labels` are 0 or 1, `scores` probabilities in [0, 1]. */
  prCurve?(
    step: number,
    name: string,
    labels: ArrayLike<number>,
    scores: ArrayLike<number>,
    thresholds?: number,
  ): void | Promise<void>;
  embedding?(step: number, name: string, embedding: Embedding): void | Promise<void>;
  /** Writes what is buffered: before each checkpoint, so that a resumed run lacks nothing. */
  flush?(): void | Promise<void>;
  /** Flushes and ends. May be called twice. */
  close?(): void | Promise<void>;
  /** What did not reach its place, for a person; undefined where all did. Asked after `close`. */
  lost?(): string | undefined;
}

/** Where a logger of a run starts. */
export interface LoggerPlace {
  /** The run's folder. */
  readonly folder: string;
  /** Optimizer steps done, and those at the last evaluation: above 0 after a resume. What was logged beyond them will be logged again. */
  readonly step: number;
  readonly evaluated: number;
}

/** Opens a logger when the run starts. A tracker's own settings are arguments of the function that makes this one. */
export type OpenLogger = (place: LoggerPlace) => Logger | Promise<Logger>;
