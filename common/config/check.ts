import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';
import { didYouMean, nearest } from '../utils/index.js';
import { type ObjectShape, type Shape, shapeOf } from './shape.js';
import { fail, type Problem, type Source } from './source.js';
import { child, flatten, locate, scalarOf, type Tree, toPlain } from './tree.js';

/** The composed tree as the schema's type, defaults filled in; fails with every mistake, each with its place. */
export function check<S extends z.ZodType>(tree: Tree, schema: S, shape = shapeOf(schema)): z.infer<S> {
  const unknown = unknownKeys(tree, shape, '', dottedKeys(shape));
  if (unknown.length > 0) fail(unknown);
  const plain = toPlain(tree, shape);
  const result = schema.safeParse(plain);
  if (!result.success) fail(result.error.issues.map((issue) => explain(issue, tree, shape)));
  const config: z.infer<S> = result.data;
  refuseDropped(tree, plain, config);
  const again = schema.safeParse(config);
  if (!again.success || !isDeepStrictEqual(again.data, config))
    throw new Error(
      'a config schema must take its own output unchanged (no transforms): the resolved copy is read back with it',
    );
  return config;
}

/** Every key of the schema, dotted; a key of several branches of a choice once. */
export function dottedKeys(shape: Shape, prefix = '', depth = 0): string[] {
  if (depth > 8) return [];
  const below = (object: ObjectShape): string[] =>
    [...object.keys].flatMap(([key, of]) => {
      const path = prefix ? `${prefix}.${key}` : key;
      return [path, ...dottedKeys(of, path, depth + 1)];
    });
  if (shape.kind === 'object') return below(shape);
  if (shape.kind === 'choice') return [...new Set([...shape.branches.values()].flatMap(below))];
  return [];
}

/** zod strips unknown keys of a plain `z.object`; here every map is strict, whatever the schema's author wrote. */
export function unknownKeys(tree: Tree, shape: Shape | undefined, path: string, all: readonly string[]): Problem[] {
  if (tree.kind === 'list')
    return tree.items.flatMap((item, i) => unknownKeys(item, child(shape, i), `${path}[${i}]`, all));
  if (tree.kind !== 'map' || shape === undefined || (shape.kind !== 'object' && shape.kind !== 'choice')) return [];
  const chosen = shape.kind === 'choice' ? scalarOf(tree.entries.get(shape.by)?.value) : undefined;
  const object = shape.kind === 'choice' ? shape.branches.get(String(chosen)) : shape;
  if (!object) return [];
  const place = shape.kind === 'choice' ? `${path} (${shape.by}: ${chosen})` : path;
  return [...tree.entries].flatMap(([key, { source, value }]) => {
    const of = key === '__proto__' ? undefined : (object.keys.get(key) ?? object.rest);
    const full = path ? `${path}.${key}` : key;
    if (of) return unknownKeys(value, of, full, all);
    return [{ source, message: unknownKey(key, source, place, path, [...object.keys.keys()], all) }];
  });
}

function unknownKey(
  key: string,
  source: Source,
  place: string,
  path: string,
  siblings: readonly string[],
  all: readonly string[],
): string {
  // The command line needs the whole key; in a file its last part is what stands there. `lr` alone means `optimizer.lr`.
  const prefix = path && 'override' in source ? `${path}.` : '';
  const near = nearest(key, siblings);
  const below = all.find((candidate) => path === '' && candidate.endsWith(`.${key}`));
  const meant = below ?? (near === undefined ? undefined : prefix + near);
  const known = siblings.length > 0 ? ` Keys there: ${siblings.join(', ')}` : '';
  const hint = meant === undefined ? known : ` Did you mean "${meant}"?`;
  return `unknown key ${prefix}${key}${place ? ` in ${place}` : ''}.${hint}`;
}

/** What a schema of unions or intersections swallowed in spite of `unknownKeys`. */
function refuseDropped(tree: Tree, plain: unknown, config: unknown): void {
  const above = (path: string) => path.split('.').map((_, i, parts) => parts.slice(0, i + 1).join('.'));
  const kept = new Set(flatten(config).keys());
  const keptAbove = new Set([...kept].flatMap(above));
  const within = (path: string) => keptAbove.has(path) || above(path).some((one) => kept.has(one));
  const dropped = [...flatten(plain).keys()].filter((path) => path !== '' && !within(path));
  if (dropped.length > 0)
    fail(dropped.map((path) => ({ source: locate(tree, path.split('.')), message: `unknown key ${path}` })));
}

function explain(issue: z.core.$ZodIssue, tree: Tree, root: Shape): Problem {
  const path = dotted(issue.path);
  const source = locate(tree, issue.path);
  if (issue.code === 'custom') return { source, message: path ? `${path}: ${issue.message}` : issue.message };
  if (issue.code === 'invalid_union' && !issue.discriminator) {
    // Of the alternatives the one that came furthest is what was meant.
    const inner = issue.errors
      .filter((issues) => issues.every((one) => one.path.length > 0))
      .sort((a, b) => a.length - b.length)[0]?.[0];
    if (inner) return explain({ ...inner, path: [...issue.path, ...inner.path] }, tree, root);
  }
  if (issue.code === 'unrecognized_keys')
    return { source, message: `unknown key ${dotted([...issue.path, issue.keys[0] ?? ''])}` };
  const [at, shape] = follow(tree, root, issue.path);
  const options = issue.code === 'invalid_union' && 'options' in issue ? issue.options?.map(String) : undefined;
  const type = options ? `one of ${options.join(', ')}` : (shape?.type ?? issue.message);
  if (at === undefined) {
    const meaning = shape?.description ? ` (${shape.description})` : '';
    return { source, message: `${path} is missing; it must be ${type}${meaning}` };
  }
  const branches = shape?.kind === 'choice' ? [...shape.branches.keys()] : [];
  const known = options ?? (issue.code === 'invalid_value' ? issue.values.map(String) : branches);
  const value = scalarOf(at);
  const isName = shape?.kind === 'choice' && branches.includes(String(value));
  const nearest = typeof value === 'string' ? didYouMean(value, known) : '';
  const hint = isName ? ` Write {${shape.by}: ${value}}` : nearest;
  return {
    source,
    message: `${path || 'the configuration'} must be ${type}, but is ${show(at)}${hint ? `.${hint}` : sweepHint(at)}`,
  };
}

/** `lr=1,2` and `seed=range(0,3)` are sweeps, but only with -m. */
function sweepHint(at: Tree): string {
  if (!('override' in at.source) || at.kind !== 'scalar' || typeof at.value !== 'string') return '';
  const isSweep = /^[^,[{"']+(,[^,]+)+$/.test(at.value) || /^(choice|range|glob|shuffle|sort)\(.*\)$/.test(at.value);
  return isSweep ? '. A list is written [1, 2]; several runs need -m (atelier train <paper> -m …)' : '';
}

/** The tree and the shape at a path. */
function follow(tree: Tree, root: Shape, path: readonly PropertyKey[]): [Tree | undefined, Shape | undefined] {
  let at: Tree | undefined = tree;
  let shape: Shape | undefined = root;
  for (const key of path) {
    const step: string | number = typeof key === 'number' ? key : String(key);
    shape = child(shape, step, at);
    at =
      at?.kind === 'map' ? at.entries.get(String(key))?.value : at?.kind === 'list' ? at.items[Number(key)] : undefined;
  }
  return [at, shape];
}

function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
    '',
  );
}

function show(tree: Tree): string {
  if (tree.kind === 'map') return 'a set of keys';
  if (tree.kind === 'scalar' && tree.secret !== undefined) return `the value of ${tree.secret}`;
  const text = JSON.stringify(toPlain(tree, undefined)) ?? '';
  const value = tree.kind === 'scalar' && typeof tree.value === 'number' ? String(tree.value) : text;
  return value.length > 60 ? `${value.slice(0, 60)}…` : value;
}
