import {
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  parseDocument,
} from 'yaml';
import { fail, type Source } from './source.js';
import type { MapTree, Scalar, Tree } from './tree.js';

/** The deepest nesting of a configuration. */
const deepest = 100;
/** The most values of one file: aliases of aliases could repeat theirs without end. */
const most = 100_000;

/** YAML 1.2 as a tree that knows where every key and value is; fails with the problems at `sourceAt(line, column)`. */
export function parseTree(text: string, sourceAt: (line: number, column: number) => Source): Tree {
  const lines = new LineCounter();
  const place = (offset: number): Source => {
    const { line, col } = lines.linePos(offset);
    return sourceAt(Math.max(1, line), Math.max(1, col));
  };
  const document = parseShallow(text, lines);
  if (!document) return fail([{ source: sourceAt(1, 1), message: `nested more than ${deepest} deep` }]);
  const wrong = [...document.errors, ...document.warnings];
  const hint = /[[{][^\]}\n]*\$\{/.test(text) ? ` (inside [ ] and { } a reference needs quotes: "\${a.b}")` : '';
  if (wrong.length > 0)
    fail(wrong.map(({ code, message, pos }) => ({ source: place(pos[0]), message: explain(code, message) + hint })));
  return toTree(document, place);
}

/**
 * A YAML document, or undefined where it is nested too deep: the yaml library composes recursively, and V8 may abort the whole process
 * (rather than throw) when a regular expression is compiled with the stack almost full. The library's first stage, which is asked here,
 * keeps a stack of its own.
 */
export function parseShallow(text: string, lineCounter = new LineCounter()): Document.Parsed | undefined {
  const open: [token: CST.Token | null | undefined, depth: number][] = [];
  for (const token of new Parser().parse(text)) open.push([token, 0]);
  for (let next = open.pop(); next; next = open.pop()) {
    const [token, depth] = next;
    if (depth > deepest) return undefined;
    if (token?.type === 'document') open.push([token.value, depth]);
    else if (token && 'items' in token)
      for (const item of token.items) open.push(['key' in item ? item.key : null, depth + 1], [item.value, depth + 1]);
  }
  // Keys given twice are told by toTree: the library compares every key with every other.
  return parseDocument(text, { prettyErrors: false, lineCounter, uniqueKeys: false });
}

function toTree(document: Document.Parsed, place: (offset: number) => Source): Tree {
  let count = 0;
  const convert = (node: Node | null, parent: Source, depth: number): Tree => {
    const source = node?.range ? place(node.range[0]) : parent;
    const refuse = (message: string, at = source): never => fail([{ source: at, message }]);
    count += 1;
    if (depth > deepest) return refuse(`nested more than ${deepest} deep`);
    if (count > most) return refuse(`too large: more than ${most.toLocaleString('en')} values with the aliases`);
    if (isAlias(node)) {
      const target = node.resolve(document);
      return target ? convert(target, source, depth + 1) : refuse(`there is no anchor &${node.source}`);
    }
    if (isSeq<Node>(node))
      return { kind: 'list', source, items: node.items.map((item) => convert(item, source, depth + 1)) };
    if (!isMap<Node, Node | null>(node))
      return { kind: 'scalar', source, value: isScalar(node) ? scalar(node.value) : null };
    const entries: MapTree['entries'] = new Map();
    const merged: Tree[] = [];
    for (const { key, value } of node.items) {
      const at = key.range ? place(key.range[0]) : source;
      if (!isScalar(key) || key.value === null) return refuse('a key must be plain text', at);
      const name = String(key.value);
      if (name === '<<' && key.type === 'PLAIN') {
        merged.push(convert(value, at, depth + 1));
        continue;
      }
      if (entries.has(name)) return refuse(explain('DUPLICATE_KEY', ''), at);
      entries.set(name, { source: at, value: convert(value, at, depth + 1) });
    }
    // YAML 1.1's merge key, which people know from PyYAML: the keys of other maps, where the map has none of its own.
    for (const map of merged.flatMap((one) => (one.kind === 'list' ? one.items : [one]))) {
      if (map.kind !== 'map') return refuse('<< takes a map, or a list of maps: <<: *anchor', map.source);
      for (const [name, entry] of map.entries) if (!entries.has(name)) entries.set(name, entry);
    }
    return { kind: 'map', source, entries };
  };
  return convert(document.contents, place(0), 0);
}

function explain(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key is given twice';
  if (code === 'TAB_AS_INDENT') return 'tabs cannot indent YAML; use spaces';
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here; one file holds one configuration';
  return `not YAML: ${message}`;
}

export function isPrimitive(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

const scalar = (value: unknown): Scalar => (isPrimitive(value) ? value : String(value));
