import { availableParallelism } from 'node:os';
import { configureEngine, engineStats } from 'common/backend';
import { cases } from './cases.js';
import type { Prepared } from './prepared.js';

/** What one case took: the line that a peer prints too. Times in milliseconds a step. */
export interface Line {
  case: string;
  engine: string;
  threads: number;
  /** Median. */
  ms: number;
  parameters?: number;
  min_ms?: number;
  /** Processor time of a step, all threads together. */
  cpu_ms?: number;
  /** Peak resident memory of the process. */
  rss_mb?: number;
}

export interface MeasureOptions {
  steps: number;
  warmup: number;
  threads?: number;
  graph?: boolean;
  details?: boolean;
  profile?: string;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

/** Steps are counted for at least so many milliseconds, as a thousand at most. */
const SHORT = 250;

/** Times of steps after the warm-up, in milliseconds, and the processor's time of one step. */
export function timeSteps({ step }: Prepared, { steps, warmup }: { steps: number; warmup: number }) {
  const started = performance.now();
  let value = step();
  const first = performance.now() - started;
  const warming = performance.now();
  // Steps of microseconds go on for a while, or the JavaScript compiler would still be at work.
  let warmed = 1;
  for (; warmed < warmup || (warmed < 1000 && performance.now() - warming < SHORT / 2); warmed++) value = step();
  const count = Math.min(1000, Math.max(steps, Math.ceil(SHORT / ((performance.now() - warming) / warmed))));
  const before = engineStats();
  const cpu = process.cpuUsage();
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    value = step();
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpu);
  const after = engineStats();
  if (after.compiles !== before.compiles)
    throw new Error(`${after.compiles - before.compiles} graphs were compiled after the first steps`);
  const total = times.reduce((sum, ms) => sum + ms, 0);
  return {
    times,
    first,
    value,
    cpuMs: (user + system) / 1e3 / count,
    jsMs: (total - after.runMs + before.runMs) / count,
  };
}

/** Measures a case in this process and prints its line. */
export function measure(name: string, options: MeasureOptions): void {
  const { threads, profile, details, graph } = options;
  if (threads !== undefined) configureEngine({ threads });
  if (profile !== undefined) configureEngine({ profile });
  const prepared = cases[name]?.();
  if (prepared === undefined) throw new Error(`no case ${name}`);
  const { times, first, value, cpuMs, jsMs } = timeSteps(prepared, options);
  const line: Line = {
    case: name,
    engine: 'atelier',
    threads: threads ?? (Number(process.env.ATELIER_THREADS) || availableParallelism()),
    ms: Number(median(times).toFixed(2)),
    parameters: prepared.parameters,
  };
  const more = {
    min_ms: Number(Math.min(...times).toFixed(2)),
    cpu_ms: Number(cpuMs.toFixed(2)),
    // An exported model has no count of its own: its time is all ONNX Runtime's.
    ...(name.includes('/infer') ? {} : { js_ms: Number(jsMs.toFixed(2)) }),
    first_ms: Math.round(first),
    rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    loss: Number(value.toFixed(4)),
  };
  console.log(JSON.stringify(details ? { ...line, ...more } : line));
  if (graph) console.log(prepared.graphs().join('\n'));
  prepared.dispose();
}
