import type { MimeBundle } from 'common/utils';
import { type Html, html } from './html.js';
import { hasMethods, kind } from './kind.js';

interface VariableLike {
  readonly shape: readonly number[];
  readonly trainable?: boolean;
}

/** What is used here of a module of common/nn, whichever version of its file it comes from. */
interface ModuleLike {
  children(): Map<string, ModuleLike>;
  namedVariables(): Map<string, VariableLike>;
}

/** A part of the tree: one module, or several alike in a row. */
interface Part {
  /** `blocks.0`, or `blocks.0 … blocks.11`. */
  name: string;
  kind: string;
  /** `weight [64, 3, 3, 3]`. */
  variables: string[];
  parameters: number;
  buffers: number;
  repeated: number;
  parts: Part[];
}

const isModule = (value: object): value is ModuleLike =>
  hasMethods(value, 'children', 'namedModules', 'namedVariables', 'stateDict', 'loadStateDict');

/** A network as the tree of its parts: names, shapes, numbers of parameters. Nothing is read of their values. */
export const showModule = kind(isModule, async (module: ModuleLike): Promise<MimeBundle> => {
  const tree = partOf('', module);
  return { 'text/html': html`<div>${treeHtml(tree, true)}</div>`.markup, 'text/plain': treeText(tree).join('\n') };
});

function partOf(name: string, module: ModuleLike): Part {
  const children = module.children();
  const variables = [...module.namedVariables()];
  const inside = (path: string) => [...children.keys()].some((child) => path.startsWith(`${child}.`));
  const count = (trainable: boolean) =>
    variables
      .filter(([, variable]) => (variable.trainable ?? true) === trainable)
      .reduce((sum, [, { shape }]) => sum + shape.reduce((all, side) => all * side, 1), 0);
  return {
    name,
    kind: module.constructor.name,
    variables: variables
      .filter(([path]) => !inside(path))
      .map(([path, { shape, trainable }]) => `${path} [${shape.join(', ')}]${trainable === false ? ' (buffer)' : ''}`),
    parameters: count(true),
    buffers: count(false),
    repeated: 1,
    parts: merge([...children].map(([child, part]) => partOf(child, part))),
  };
}

/** Parts in a row that differ in nothing but their names become one, as torch prints them. */
function merge(parts: readonly Part[]): Part[] {
  const merged: { first: Part; last: Part; count: number }[] = [];
  const likeness = ({ name, ...rest }: Part) => JSON.stringify([name.replace(/\d+$/, ''), rest]);
  for (const part of parts) {
    const group = merged.at(-1);
    if (group !== undefined && likeness(group.first) === likeness(part)) {
      group.last = part;
      group.count++;
    } else merged.push({ first: part, last: part, count: 1 });
  }
  return merged.map(({ first, last, count }) =>
    count === 1 ? first : { ...first, name: `${first.name} … ${last.name}`, repeated: count },
  );
}

function title({ name, kind, repeated }: Part): string {
  return `${name === '' ? '' : `${name}: `}${repeated === 1 ? '' : `${repeated} × `}${kind}`;
}

function details({ variables, parameters, buffers, repeated, name }: Part): string {
  const count = (n: number, what: string) => (n === 0 ? [] : [`${n.toLocaleString('en')} ${what}`]);
  const sums = [
    ...count(parameters, `parameters${repeated > 1 ? ' each' : ''}`),
    ...(name === '' ? count(buffers, 'numbers in buffers') : []),
  ];
  return [...variables, ...sums].join(', ');
}

function treeText(part: Part, first = '', rest = ''): string[] {
  const line = `${first}${title(part)}  ${details(part)}`.trimEnd();
  return [
    line,
    ...part.parts.flatMap((child, i) => {
      const last = i === part.parts.length - 1;
      return treeText(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`);
    }),
  ];
}

function treeHtml(part: Part, open: boolean): Html {
  const line = html`<code>${title(part)}</code> <small>${details(part)}</small>`;
  if (part.parts.length === 0) return html`<div style="margin-left:1.1em">${line}</div>`;
  const inner = part.parts.map((child) => treeHtml(child, false));
  const body = html`<summary>${line}</summary><div style="margin-left:1.1em">${inner}</div>`;
  return open ? html`<details open>${body}</details>` : html`<details>${body}</details>`;
}
