import { isScalar } from 'yaml';
import { UsageError } from '../utils/index.js';
import { isPrimitive, parseShallow, parseTree } from './parseTree.js';
import { scalarOf, type Tree } from './tree.js';

/** `a.b=value` of the command line: the key's path and its value as YAML reads it. */
export interface Override {
  path: string[];
  value: Tree;
}

/**
 * Reads `key=value`. The value is YAML: a number (`1e-3`), `true`, `null`, a list `[1, 2]`, a map `{a: 1}`, quoted text, or else text as
 * it stands (`data.folder=a: b # c` is all text). Throws `UsageError`.
 */
export function parseOverride(argument: string): Override {
  const equals = argument.indexOf('=');
  const key = argument.slice(0, equals);
  const text = argument.slice(equals + 1).trim();
  if (/^[+~]/.test(key))
    throw new UsageError(`${argument}: every key is in the schema already; write ${key.replace(/^[+~]+/, '')}=value`);
  if (!/^[\w-]+([./][\w-]+)*$/.test(key))
    throw new UsageError(
      `${argument}: "${key}" is not a key; overrides are written key=value, as in optimizer.lr=1e-3`,
    );
  if (text === '')
    throw new UsageError(`${argument}: the value is missing; write ${key}=null for none or ${key}='""' for empty text`);
  return { path: key.split('.'), value: parseValue(text, argument) };
}

function parseValue(text: string, override: string): Tree {
  const source = { override };
  if (/^[[{"']/.test(text)) return parseTree(text, () => source);
  const document = parseShallow(text);
  const node = document?.contents;
  const whole = isScalar(node) && node.source === text && document?.errors.length === 0 && !node.tag;
  return { kind: 'scalar', source, value: whole && isPrimitive(node.value) ? node.value : text, text };
}

/**
 * Overrides in their one order: `a=…` before `a.b=…`, else by name; of two for one key the last written counts.
 * So the order on the command line matters for nothing else.
 */
export function normalise(overrides: readonly Override[]): Override[] {
  const last = new Map(overrides.map((override) => [override.path.join('.'), override]));
  return [...last.values()].sort(
    (a, b) => a.path.length - b.path.length || (a.path.join('.') < b.path.join('.') ? -1 : 1),
  );
}

/** A value as an override is written: what `parseOverride` reads back as the same. */
export function formatValue(value: unknown): string {
  if (typeof value !== 'string') return typeof value === 'number' ? formatNumber(value) : JSON.stringify(value);
  const plain = value !== '' && value === value.trim() && !/^[[{"']/.test(value) && !/[\n\r]/.test(value);
  return plain && scalarOf(parseValue(value, '')) === value ? value : JSON.stringify(value);
}

function formatNumber(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
}
