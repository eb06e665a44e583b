/** Counters of the engine since the process began. */
export interface EngineStats {
  /** Graphs turned into sessions. */
  compiles: number;
  /** Runs of a graph that already had its session. */
  hits: number;
  /** Runs of any session. */
  runs: number;
  /** Milliseconds spent making sessions: passes, lowering, ONNX Runtime's own optimisation. */
  compileMs: number;
  /** Milliseconds spent inside ONNX Runtime. */
  runMs: number;
  /** Sessions alive: graphs that can be run without compiling. */
  sessions: number;
  /** Bytes of all tensors alive. */
  bytes: number;
  /** Operators recorded and not yet evaluated. */
  pending: number;
}

export const stats: EngineStats = {
  compiles: 0,
  hits: 0,
  runs: 0,
  compileMs: 0,
  runMs: 0,
  sessions: 0,
  bytes: 0,
  pending: 0,
};

/** A copy of the engine's counters. */
export function engineStats(): EngineStats {
  return { ...stats };
}

/** Runs fn and adds the milliseconds it took to a counter. */
export function timed<T>(counter: 'compileMs' | 'runMs', fn: () => T): T {
  const start = performance.now();
  try {
    return fn();
  } finally {
    stats[counter] += performance.now() - start;
  }
}
