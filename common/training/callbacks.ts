import type { Dataset } from '../data/index.js';
import { messageOf, UserError } from '../utils/index.js';
import type { Run } from './run.js';
import type { Row } from './state.js';
import { writeErrorReason } from './writeError.js';

/** What a finished run found on the test split. */
export interface Result {
  test: Record<string, number>;
  /** What to expect, beside it in the table: the least accuracy, the largest loss, by metric name. */
  expected?: Record<string, number>;
  /** Rows: true class, columns: predicted class. */
  confusion?: number[][];
  /** The most confidently wrong images, worst first. */
  mistakes?: Mistake[];
  /** Where `mistakes` index into. */
  dataset?: Dataset;
}

export interface Mistake {
  /** Row of the data set. */
  index: number;
  label: number;
  predicted: number;
  /** Probability of the predicted class. */
  confidence: number;
}

/**
 * What happens between the lines of the loop: plain objects, run in the order of the list. A hook that throws stops the run.
 */
export interface Callback {
  readonly name: string;
  /** Nothing depends on it: where a hook throws the callback is switched off, the training goes on, and the end says what was lost. */
  readonly optional?: boolean;
  /** Once, before the first step (after a resume too). */
  start?(run: Run): void | Promise<void>;
  /** Before the loop's body, with its batch: several a step where gradients are accumulated. */
  batch?(run: Run, batch: unknown): void | Promise<void>;
  /** After every step (an update of the optimizer), with the step's own values. */
  step?(run: Run, values: Row): void | Promise<void>;
  /** After each step that is done a second time, from the last checkpoint on, to find out what went wrong: see `run.rewind`. */
  replayed?(run: Run, values: Row): void | Promise<void>;
  /** Before a checkpoint is written: what is buffered is to be on disk when the checkpoint is. */
  save?(run: Run): void | Promise<void>;
  /** After the last step before an evaluation: an epoch's, unless `validateEvery` says otherwise. */
  batchesEnd?(run: Run): void | Promise<void>;
  /** After an evaluation: its row is the last of `run.history`, and the run stands where it goes on (at the start of the next epoch). */
  epochEnd?(run: Run, row: Row): void | Promise<void>;
  /** Once, when the run is finished and tested. */
  end?(run: Run, result: Result): void | Promise<void>;
  /** Prints a line of `run.log`; true where it did, false where another is to. */
  log?(text: string): boolean;
  /** Always last, after an error and Ctrl-C too; must not throw. */
  close?(run: Run): void;
}

/** Calls one hook. A file that cannot be written is the disk's fault, not a bug: it becomes a message. */
export async function callHook(
  callback: Callback,
  folder: string,
  hook: (callback: Callback) => void | Promise<void>,
  lost?: (callback: Callback, why: string) => void,
): Promise<void> {
  try {
    await hook(callback);
  } catch (error) {
    const reason = writeErrorReason(error);
    if (callback.optional && lost !== undefined) return lost(callback, reason ?? messageOf(error));
    if (reason === undefined) throw error;
    throw new UserError(
      `${callback.name} cannot write to ${folder}: ${reason}. The checkpoints are intact: go on with --resume.`,
    );
  }
}
