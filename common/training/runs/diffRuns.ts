import { differencesOf } from '../differences.js';
import type { RunInfo } from './runInfo.js';

export interface RunDiff {
  /** Keys of the config whose values differ; undefined where a run lacks one. */
  config: { key: string; a: unknown; b: unknown }[];
  /** Every metric of either run: at its best epoch, and the tests'. */
  metrics: { name: string; a: number | null; b: number | null }[];
}

/** What differs between two runs: config and metrics. */
export function diffRuns(a: RunInfo, b: RunInfo): RunDiff {
  const all = new Set([...Object.keys(a.metrics), ...Object.keys(b.metrics)]);
  const names = [...all].filter((name) => name !== 'step' && name !== 'seconds');
  return {
    config: differencesOf(a.config, b.config).map(({ key, then, now }) => ({ key, a: then, b: now })),
    metrics: names.map((name) => ({ name, a: a.metrics[name] ?? null, b: b.metrics[name] ?? null })),
  };
}
