import type { Shape } from './shape.js';
import type { Source } from './source.js';

export type Scalar = string | number | boolean | null;

/**
 * A configuration that remembers where each key and value was written. `text`: the unquoted text of an override or an environment
 * variable. `secret`: for a value that came from the environment, the text that is written to files in its place (`${env:TOKEN}`).
 */
export type Tree =
  | { kind: 'map'; source: Source; entries: Map<string, Entry> }
  | { kind: 'list'; source: Source; items: Tree[] }
  | { kind: 'scalar'; source: Source; value: Scalar; text?: string; secret?: string };
export type MapTree = Extract<Tree, { kind: 'map' }>;
interface Entry {
  source: Source;
  value: Tree;
}

/** `tree` below the keys of `path`: `nest(['a', 'b'], 1)` is `{ a: { b: 1 } }`. `sourceOf`: where the i-th key is written. */
export function nest(path: readonly string[], tree: Tree, sourceOf = (_: number): Source => tree.source): Tree {
  return path.reduceRight<Tree>(
    (value, key, i) => ({
      kind: 'map',
      source: tree.source,
      entries: new Map([[key, { source: sourceOf(i), value }]]),
    }),
    tree,
  );
}

/** A plain value as a tree, every part of it at one place. */
export function fromPlain(value: unknown, source: Source): Tree {
  if (Array.isArray(value)) return { kind: 'list', source, items: value.map((item) => fromPlain(item, source)) };
  if (typeof value === 'object' && value !== null)
    return {
      kind: 'map',
      source,
      entries: new Map(Object.entries(value).map(([key, item]) => [key, { source, value: fromPlain(item, source) }])),
    };
  const scalar = typeof value === 'number' || typeof value === 'boolean' || value === null ? value : String(value);
  return { kind: 'scalar', source, value: scalar };
}

/** The value at a path of keys and list indices, undefined where there is none. */
export function valueAt(tree: Tree, path: readonly string[]): Tree | undefined {
  return path.reduce<Tree | undefined>(
    (at, key) =>
      at?.kind === 'map'
        ? at.entries.get(key)?.value
        : at?.kind === 'list' && /^\d+$/.test(key)
          ? at.items[Number(key)]
          : undefined,
    tree,
  );
}

/** The tree without the key at a path; what is not there is not missed. */
export function without(tree: Tree, path: readonly string[]): Tree {
  const [key, ...rest] = path;
  const entry = tree.kind === 'map' && key !== undefined ? tree.entries.get(key) : undefined;
  if (tree.kind !== 'map' || key === undefined || entry === undefined) return tree;
  const entries = new Map(tree.entries);
  if (rest.length === 0) entries.delete(key);
  else entries.set(key, { source: entry.source, value: without(entry.value, rest) });
  return { ...tree, entries };
}

/**
 * `over` laid on `base`, as Hydra does it: maps merge, everything else (lists too) replaces.
 * One rule is our own: where `over` makes another choice (`optimizer: { name: sgd }` on `name: adamw`), the keys that files gave
 * to the earlier choice go, because they would be unknown to the new one or mean another thing. Overrides stay.
 */
export function merge(base: Tree | undefined, over: Tree, shape: Shape | undefined): Tree {
  if (base?.kind !== 'map' || over.kind !== 'map') return over;
  const changed = shape?.kind === 'choice' && isOtherChoice(base, over, shape.by);
  const kept = changed ? [...base.entries].filter(([, { value }]) => cameFromOverride(value)) : base.entries;
  const entries = new Map(kept);
  for (const [key, { source, value }] of over.entries)
    entries.set(key, { source, value: merge(entries.get(key)?.value, value, child(shape, key, over)) });
  return { kind: 'map', source: changed ? over.source : base.source, entries };
}

function isOtherChoice(base: MapTree, over: MapTree, by: string): boolean {
  const next = over.entries.get(by)?.value;
  return next !== undefined && scalarOf(base.entries.get(by)?.value) !== scalarOf(next);
}

function cameFromOverride(tree: Tree): boolean {
  if (tree.kind === 'map' && tree.entries.size > 0)
    return [...tree.entries.values()].some(({ value }) => cameFromOverride(value));
  return 'override' in tree.source;
}

export function scalarOf(tree: Tree | undefined): Scalar | undefined {
  return tree?.kind === 'scalar' ? tree.value : undefined;
}

/** The shape of the value at `key` of a map of this shape; for a choice the branch that `tree` chose, or any which has the key. */
export function child(shape: Shape | undefined, key: string | number, tree?: Tree): Shape | undefined {
  if (shape?.kind === 'object') return shape.keys.get(String(key)) ?? shape.rest;
  if (shape?.kind === 'list') return typeof key === 'number' ? shape.item(key) : undefined;
  if (shape?.kind !== 'choice') return undefined;
  const chosen = shape.branches.get(String(tree?.kind === 'map' ? scalarOf(tree.entries.get(shape.by)?.value) : ''));
  return child(chosen ?? [...shape.branches.values()].find((branch) => branch.keys.has(String(key))), key);
}

/** The plain value. An override's unquoted text stays text where the schema wants a string (`name=007`). */
export function toPlain(tree: Tree, shape: Shape | undefined): unknown {
  if (tree.kind === 'list') return tree.items.map((item, i) => toPlain(item, child(shape, i)));
  if (tree.kind === 'map')
    return Object.fromEntries(
      [...tree.entries].map(([key, { value }]) => [key, toPlain(value, child(shape, key, tree))]),
    );
  const { value, text } = tree;
  const wantsText = shape?.kind === 'value' && shape.accepts.has('string') && !shape.accepts.has(typeof value);
  return wantsText && value !== null && text !== undefined ? text : value;
}

/** The nearest written place to a path: the value itself, or the map in which it is missing. */
export function locate(tree: Tree, path: readonly PropertyKey[]): Source {
  const [key, ...rest] = path;
  if (tree.kind === 'map' && key !== undefined) {
    const entry = tree.entries.get(String(key));
    return entry ? locate(entry.value, rest) : tree.source;
  }
  const item = tree.kind === 'list' && typeof key === 'number' ? tree.items[key] : undefined;
  return item ? locate(item, rest) : tree.source;
}

/** Dotted key → value, for every leaf of a plain configuration; lists and empty maps are leaves. */
export function flatten(value: unknown, prefix = '', into = new Map<string, unknown>()): Map<string, unknown> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || (prefix !== '' && Object.keys(value).length === 0)) into.set(prefix, value);
  else
    for (const [key, item] of Object.entries(value))
      if (item !== undefined) flatten(item, prefix ? `${prefix}.${key}` : key, into);
  return into;
}
