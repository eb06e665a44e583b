import { didYouMean } from '../utils/index.js';
import { dottedKeys } from './check.js';
import { escapeText, hasInterpolation, type Part, readParts, splitAtComma } from './interpolation.js';
import { scalarText } from './override.js';
import type { Shape } from './shape.js';
import { fail, type Source } from './source.js';
import { child, flatten, fromPlain, type Scalar, scalarOf, type Tree, toPlain } from './tree.js';

type ScalarTree = Extract<Tree, { kind: 'scalar' }>;

/** The longest text and the most values that references may make: `${a}${a}` can double without end. */
const longest = 100_000;
const most = 100_000;
/** The longest chain of references to references. */
const deepest = 100;

/**
 * Resolves `${a.b}` (from the root), `${.b}` (beside the key), `${..b}` (a level up), `${a[0]}`, `${a.${b}}`, and
 * `${env:NAME}`, `${env:NAME,default}` (also as `oc.env`). A value that is nothing but a reference keeps its target's type, maps and
 * lists too; within text it becomes text. A target that no file gives is the schema's default. A variable's text is read as an
 * override's: a number, `true`, or text where the schema wants text. Values that came from the environment remember the reference,
 * which is what is saved of them.
 *
 * Fails, with the place of the reference, where a target is missing (nearest key), in a circle (its keys), or a map within text.
 */
export function resolveInterpolations(tree: Tree, shape: Shape): Tree {
  return new Resolver(tree, shape).tree(tree, []);
}

class Resolver {
  private readonly root: Tree;
  private readonly shape: Shape;
  private readonly done = new Map<string, Tree>();
  private readonly active: string[] = [];
  /** How many values a map or list holds; several references may share one. */
  private readonly sizes = new WeakMap<Tree, number>();

  constructor(root: Tree, shape: Shape) {
    this.root = root;
    this.shape = shape;
  }

  tree(node: Tree, path: readonly string[]): Tree {
    if (node.kind === 'scalar') return this.scalar(node, path);
    let size = 1;
    const resolve = (value: Tree, key: string): Tree => {
      const tree = this.tree(value, [...path, key]);
      size += this.sizes.get(tree) ?? 1;
      if (size > most)
        fail([{ source: value.source, message: `too large: more than ${most.toLocaleString('en')} values` }]);
      return tree;
    };
    const resolved: Tree =
      node.kind === 'list'
        ? { ...node, items: node.items.map((item, i) => resolve(item, String(i))) }
        : {
            ...node,
            entries: new Map(
              [...node.entries].map(([key, { source, value }]) => [key, { source, value: resolve(value, key) }]),
            ),
          };
    this.sizes.set(resolved, size);
    return resolved;
  }

  private scalar(node: ScalarTree, path: readonly string[]): Tree {
    if (typeof node.value !== 'string' || !hasInterpolation(node.value) || node.secret !== undefined) return node;
    const name = path.join('.');
    const before = this.done.get(name);
    if (before) return before;
    const { source } = node;
    if (this.active.includes(name)) {
      const circle = [...this.active.slice(this.active.indexOf(name)), name].join(' → ');
      return fail([{ source, message: `a circle of interpolations: ${circle}` }]);
    }
    if (this.active.length > deepest || node.value.length > longest)
      return fail([{ source, message: 'too long a chain of interpolations' }]);
    const parts = readParts(node.value);
    if (!parts)
      return fail([
        { source, message: `an interpolation is not closed: ${clip(node.value)} (a plain \${ is written \\\${)` },
      ]);
    this.active.push(name);
    const result = this.parts(parts, path, source);
    this.active.pop();
    this.done.set(name, result);
    return result;
  }

  /** One reference alone keeps its type; anything else is text. */
  private parts(parts: readonly Part[], path: readonly string[], source: Source): Tree {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined && typeof only !== 'string') return this.reference(only, path, source);
    let [value, secret, isSecret] = ['', '', false];
    for (const part of parts) {
      const tree = typeof part === 'string' ? undefined : this.reference(part, path, source);
      const text = typeof part === 'string' ? part : textOf(tree, part.written, source);
      value += text;
      secret += tree?.kind === 'scalar' && tree.secret !== undefined ? tree.secret : escapeText(text);
      isSecret ||= tree?.kind === 'scalar' && tree.secret !== undefined;
      if (value.length > longest)
        fail([{ source, message: `the interpolation gives more than ${longest} characters` }]);
    }
    return { kind: 'scalar', source, value, ...(isSecret ? { secret } : {}) };
  }

  private reference({ parts, written }: Exclude<Part, string>, path: readonly string[], source: Source): Tree {
    const [first] = parts;
    const resolver = typeof first === 'string' ? /^\s*([A-Za-z_][\w.]*):/.exec(first) : null;
    if (resolver && typeof first === 'string') {
      if (resolver[1] !== 'env' && resolver[1] !== 'oc.env')
        fail([
          {
            source,
            message: `${clip(written)}: there is no resolver "${resolver[1]}"; there is \${env:NAME} and \${a.key}`,
          },
        ]);
      return this.environment([first.slice(resolver[0].length), ...parts.slice(1)], written, path, source);
    }
    const text = this.text(parts, path, source).trim();
    const words = /^(\.*)([^.[\]]+(?:\.[^.[\]]+|\[[^.[\]]+\])*)$/.exec(text);
    if (!words)
      return fail([
        { source, message: `${clip(written)} is not a reference; write \${a.key}, \${.sibling} or \${env:NAME}` },
      ]);
    const [, dots = '', name = ''] = words;
    if (dots.length > path.length)
      fail([
        { source, message: `${clip(written)} goes ${dots.length} levels up from ${path.join('.')}, above the root` },
      ]);
    const base = dots === '' ? [] : path.slice(0, path.length - dots.length);
    return this.target([...base, ...name.replaceAll(/\[([^\]]*)\]/g, '.$1').split('.')], written, path, source);
  }

  private environment(parts: readonly Part[], written: string, path: readonly string[], source: Source): Tree {
    const [nameParts, otherwise] = splitAtComma(parts);
    const name = this.text(nameParts, path, source).trim();
    const value = process.env[name];
    if (value !== undefined) {
      const scalar: Scalar = value === '' ? '' : scalarText(value);
      return { kind: 'scalar', source, value: scalar, text: value, secret: `\${env:${name}}` };
    }
    if (otherwise === undefined)
      return fail([
        {
          source,
          message: `${clip(written)}: the environment variable ${name} is not set; \${env:${name},default} gives it a default`,
        },
      ]);
    if (otherwise.length === 0) return { kind: 'scalar', source, value: '', text: '' };
    const tree = this.parts(otherwise, path, source);
    if (tree.kind !== 'scalar' || typeof tree.value !== 'string' || tree.secret !== undefined) return tree;
    const text = tree.value.trim();
    const quoted = /^(["'])(.*)\1$/s.exec(text);
    return { kind: 'scalar', source, value: quoted ? (quoted[2] ?? '') : scalarText(text), text: quoted?.[2] ?? text };
  }

  private text(parts: readonly Part[], path: readonly string[], source: Source): string {
    return parts
      .map((part) =>
        typeof part === 'string' ? part : textOf(this.reference(part, path, source), part.written, source),
      )
      .join('');
  }

  private target(to: readonly string[], written: string, from: readonly string[], source: Source): Tree {
    let at: Tree | undefined = this.root;
    let resolved = false;
    for (const [i, key] of to.entries()) {
      if (at?.kind === 'scalar' && !resolved) {
        at = this.scalar(at, to.slice(0, i));
        resolved = true;
      }
      at =
        at?.kind === 'map'
          ? at.entries.get(key)?.value
          : at?.kind === 'list' && /^\d+$/.test(key)
            ? at.items[Number(key)]
            : undefined;
    }
    const name = to.join('.');
    if (at === undefined) {
      const usual = defaultAt(this.shape, to, this.root);
      if (usual !== undefined) return this.tree(fromPlain(usual, source), to);
      const known = [...new Set([...flatten(toPlain(this.root, this.shape)).keys(), ...dottedKeys(this.shape)])];
      return fail([{ source, message: `${clip(written)}: there is no key ${name}.${didYouMean(name, known)}` }]);
    }
    const own = from.join('.');
    if (at.kind !== 'scalar' && !resolved && `${own}.`.startsWith(`${name}.`))
      return fail([{ source, message: `a circle of interpolations: ${own} → ${name}, which holds it` }]);
    const tree = resolved ? at : this.tree(at, to);
    const here = { ...tree, source };
    this.sizes.set(here, this.sizes.get(tree) ?? 1);
    return here;
  }
}

/** The schema's default at a path: the key's own, or that of a map above which holds it. */
function defaultAt(shape: Shape, path: readonly string[], tree: Tree): unknown {
  let at: Shape | undefined = shape;
  let plain: unknown;
  let below: Tree | undefined = tree;
  for (const key of path) {
    at = child(at, key, below);
    below = below?.kind === 'map' ? below.entries.get(key)?.value : undefined;
    const inherited =
      typeof plain === 'object' && plain !== null
        ? Object.entries(plain).find(([name]) => name === key)?.[1]
        : undefined;
    plain = inherited ?? at?.default;
  }
  return plain;
}

function textOf(tree: Tree | undefined, written: string, source: Source): string {
  if (tree?.kind !== 'scalar')
    return fail([
      {
        source,
        message: `${clip(written)} is a ${tree?.kind === 'list' ? 'list' : 'set of keys'} and cannot stand within text`,
      },
    ]);
  return tree.text ?? String(scalarOf(tree));
}

const clip = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
