// Ctrl-C and `kill`: the first asks the run to save after the current step, the second ends the process at once.
import { constants } from 'node:os';
import { notebook } from '../utils/index.js';

const exitCodes = { SIGINT: 128 + constants.signals.SIGINT, SIGTERM: 128 + constants.signals.SIGTERM };
export type StopSignal = keyof typeof exitCodes;

export interface Interrupts {
  /** The signal that arrived, if one did. */
  readonly pending: StopSignal | undefined;
  /** Stops listening: the signals do again what they do by default. */
  close(): void;
}

/** 130 for Ctrl-C, 143 for `kill`, as shells number them. */
export function exitCodeOf(signal: StopSignal): number {
  return exitCodes[signal];
}

/** A file past the size limit (`ulimit -f`) is to fail with an error that can be told, not to end the process. */
const ignore = () => {};

/**
 * Listens for both signals. `onFirst` runs once, when the event loop is free: between two steps, never inside one.
 * A second signal exits at once with its code, but not in a notebook.
 */
export function listenForInterrupts(onFirst: (signal: StopSignal) => void): Interrupts {
  let pending: StopSignal | undefined;
  const listener = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT' && signal !== 'SIGTERM') return;
    // A notebook's process is not ours to end: it holds the other cells' variables.
    if (pending !== undefined && notebook() !== undefined) return;
    if (pending !== undefined) process.exit(exitCodes[signal]);
    pending = signal;
    onFirst(signal);
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  process.on('SIGXFSZ', ignore);
  return {
    get pending() {
      return pending;
    },
    close() {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
      process.off('SIGXFSZ', ignore);
    },
  };
}
