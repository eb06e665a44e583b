import { isScalar } from 'yaml';
import { compactMaps, quoteInterpolations } from './flowText.js';
import { isPrimitive, parseShallow, parseTree } from './parseTree.js';
import { fail, type Source } from './source.js';
import { nest, scalarOf, type Tree } from './tree.js';

/** `set`: `k=v`. `add`: `+k=v`, only where nothing is. `force`: `++k=v`, anyway. `delete`: `~k`, or `~k=v` only where it is v. */
export type OverrideKind = 'set' | 'add' | 'force' | 'delete';

/** One override of the command line: the key's path and its value as YAML reads it; undefined only for `~key`. */
export interface Override {
  kind: OverrideKind;
  /** The key as written, `a.b` or `group@package`. */
  key: string;
  path: string[];
  value: Tree | undefined;
  /** The argument as it was written, and where in it the key is. */
  source: Source;
}

const prefixes: Readonly<Record<OverrideKind, string>> = { set: '', add: '+', force: '++', delete: '~' };
const kinds: ReadonlyMap<string, OverrideKind> = new Map([
  ['+', 'add'],
  ['++', 'force'],
  ['~', 'delete'],
]);

/**
 * Reads `key=value`, `+key=value`, `++key=value`, `~key` or `~key=value`. The value is YAML: a number (`1e-3`), `true`, `null`, a list
 * `[1, 2]`, a map `{a: 1}` or `{a:1}`, quoted text, or else text as it stands (`data.folder=a: b # c` is all text).
 * Throws `UsageError` with a caret below the place.
 */
export function parseOverride(argument: string): Override {
  const prefix = /^(\+{1,2}|~)/.exec(argument)?.[0] ?? '';
  const kind = kinds.get(prefix) ?? 'set';
  const refuse = (message: string, at: number): never => fail([{ source: { override: argument, at }, message }]);
  const equals = argument.includes('=') ? argument.indexOf('=') : argument.length;
  const key = argument.slice(prefix.length, equals);
  const wrong = wrongAt(key);
  if (wrong !== undefined)
    refuse(
      `"${key}" is not a key; overrides are written key=value, as in optimizer.lr=1e-3, or group=option, group@package=option`,
      prefix.length + wrong,
    );
  const source = { override: argument, at: prefix.length };
  const whole = { kind, key, path: key.split('.'), source };
  if (equals === argument.length) {
    if (kind !== 'delete') refuse(`overrides are written ${prefix}key=value`, argument.length);
    return { ...whole, value: undefined };
  }
  const after = argument.slice(equals + 1);
  const text = after.trim();
  const at = equals + 1 + (after.length - after.trimStart().length);
  if (text === '') refuse(`the value is missing; write ${key}=null for none or ${key}='""' for empty text`, at);
  return { ...whole, value: parseValue(text, { override: argument, at }) };
}

/** Where a key goes wrong, undefined where it does not. */
function wrongAt(key: string): number | undefined {
  const name = /^[\w-]+([./][\w-]+)*(@[\w-]+(\.[\w-]+)*)?/.exec(key)?.[0] ?? '';
  return name === key && name !== '' ? undefined : name.length;
}

/** An override's value, which begins at `source`. */
export function parseValue(text: string, source: Source): Tree {
  if (/^[[{"']/.test(text)) {
    const start = 'override' in source ? source.at : 0;
    const { text: quoted, originalAt } = quoteInterpolations(text);
    const tree = parseTree(quoted, (line, column) =>
      'override' in source && line === 1 ? { ...source, at: start + originalAt(column - 1) } : source,
    );
    return compactMaps(tree, parseValue);
  }
  return { kind: 'scalar', source, value: scalarText(text), text };
}

/** What unquoted text means: a number, `true`, `null`, or the text. */
export function scalarText(text: string): string | number | boolean | null {
  const document = parseShallow(text);
  const node = document?.contents;
  const whole = isScalar(node) && node.source === text && document?.errors.length === 0 && !node.tag;
  return whole && isPrimitive(node.value) ? node.value : text;
}

/** The override's value below its key, every key at its place. */
export function nestOverride({ path, source }: Override, value: Tree): Tree {
  const starts = path.map((_, i) => path.slice(0, i).join('.').length + (i > 0 ? 1 : 0));
  return nest(path, value, (i) => ('override' in source ? { ...source, at: source.at + (starts[i] ?? 0) } : source));
}

/**
 * Overrides in their one order: `a=…` before `a.b=…`, else by name; of two for one key the last written counts.
 * So the order on the command line matters for nothing else.
 */
export function normalise(overrides: readonly Override[]): Override[] {
  const last = new Map(overrides.map((override) => [override.key, override]));
  return [...last.values()].sort((a, b) => a.path.length - b.path.length || (a.key < b.key ? -1 : 1));
}

/** The prefix that an override of this kind is written with. */
export function prefixOf(kind: OverrideKind): string {
  return prefixes[kind];
}

/** A value as an override is written: what `parseOverride` reads back as the same. */
export function formatValue(value: unknown): string {
  if (typeof value !== 'string')
    return typeof value === 'number' ? formatNumber(value) : (JSON.stringify(value) ?? 'none');
  const plain = value !== '' && value === value.trim() && !/^[[{"']/.test(value) && !/[\n\r]/.test(value);
  return plain && scalarOf(parseValue(value, { override: '', at: 0 })) === value ? value : JSON.stringify(value);
}

function formatNumber(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
}
