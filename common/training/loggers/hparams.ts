import { encodeHParams, type HParamValue, type SummaryValue, statusSuccess } from './eventProto.js';
import type { HParam } from './logger.js';

/**
 * A run with these hyperparameters begins. No description of the experiment goes with it: without one TensorBoard gathers the columns from all
 * runs it sees, which may differ in their keys.
 */
export function hparamsStart(config: Readonly<Record<string, HParam>>): SummaryValue {
  const hparams = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, protoOf(value)]));
  const sessionStartInfo = { hparams, groupName: '', startTimeSecs: Date.now() / 1000 };
  return summary('_hparams_/session_start_info', encodeHParams({ version: 0, sessionStartInfo }));
}

/** The run has ended well. */
export function hparamsEnd(): SummaryValue {
  const sessionEndInfo = { status: statusSuccess, endTimeSecs: Date.now() / 1000 };
  return summary('_hparams_/session_end_info', encodeHParams({ version: 0, sessionEndInfo }));
}

/** A config's leaves by dotted key; lists stay whole. */
export function flattenConfig(config: unknown, path = ''): Record<string, HParam> {
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
    const parts = Object.entries(config).map(([key, value]) =>
      flattenConfig(value, path === '' ? key : `${path}.${key}`),
    );
    return Object.assign({}, ...parts);
  }
  return path === '' ? {} : { [path]: isLeaf(config) ? config : JSON.stringify(config) };
}

const isLeaf = (value: unknown): value is HParam =>
  value === null || Array.isArray(value) || ['number', 'boolean', 'string', 'undefined'].includes(typeof value);

function protoOf(value: HParam): HParamValue {
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return { stringValue: typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined') };
}

function summary(tag: string, content: Uint8Array): SummaryValue {
  return { tag, metadata: { pluginData: { pluginName: 'hparams', content } } };
}
