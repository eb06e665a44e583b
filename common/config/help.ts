import { newTable, noFrame, shortPath } from '../utils/index.js';
import type { Composed, Composition } from './compose.js';
import type { Groups } from './groups.js';
import { formatValue } from './override.js';
import type { ObjectShape, Shape } from './shape.js';
import { toPlain } from './tree.js';
import { readYaml } from './yamlFile.js';

type Row = [key: string, value: string, type: string, meaning: string];

/** The text of `--help`: usage, groups and their options, every key with its value, type and meaning. */
export async function helpText(dir: string, { groups, shape }: Composition, composed: Composed): Promise<string> {
  const plain = toPlain(composed.tree, shape);
  return [
    shape.description,
    `Usage: atelier train ${shortPath(dir)} [key=value …] [group=option …]`,
    await groupTable(groups, composed.choices),
    `Keys (key=value) with their value now, type and meaning. A value is YAML: 1e-3, true, null, [1, 2], {a: 1}, or a reference: \${other.key}, \${env:NAME}.\nAlso ~key takes a key out, +key=value adds one, ++key=value does either; group@package=option puts an option elsewhere.\n${table(rowsOf(shape, plain, '', 0))}`,
    `Options:\n${table([
      ['--resume <run>', 'go on with an interrupted run, with its own configuration'],
      ['--force <key>', 'with --resume: take this key from the command line, though the run had another value'],
      ['--output <folder>', 'write the run there instead of under assets/outputs'],
      ['--config <file>', 'a file in place of config.yaml'],
      ['--config-name <name>', "another file of the paper's folder, or of its config/"],
      [
        '-m, --multirun',
        'a run for each combination: -m lr=1e-3,3e-4 model=tiny,small seed=range(0,3); also choice(), glob(*)',
      ],
      ['--jobs <n>', 'with -m: so many runs at a time'],
      ['--fail-fast', 'with -m: the first failure stops the others'],
      ['--print-config', 'print the resolved configuration as YAML'],
      ['-h, --help', 'this text; with overrides, as they would resolve'],
    ])}`,
  ]
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('\n');
}

async function groupTable(groups: Groups, choices: Composed['choices']): Promise<string> {
  const rows: string[][] = [];
  for (const [group, options] of groups) {
    if (group === '') continue;
    for (const [option, file] of options) {
      const { header } = await readYaml(file);
      rows.push([`${group}=${option}`, choices.get(group) === option ? 'chosen' : '', header.about]);
    }
  }
  return rows.length === 0 ? '' : `Groups (config/<group>/<option>.yaml):\n${table(rows)}`;
}

function rowsOf(shape: Shape, value: unknown, path: string, depth: number): string[][] {
  if (depth > 8) return [];
  const meaning = shape.description;
  const row: Row = [path, value === undefined ? 'required' : shorten(formatValue(value)), bare(shape.type), meaning];
  const missing = value === null ? [row] : [];
  if (shape.kind === 'object' && shape.keys.size > 0) return [...missing, ...keyRows(shape, value, path, depth)];
  if (shape.kind === 'choice') {
    const chosen = String(property(value, shape.by) ?? '');
    const names = [...shape.branches.keys()];
    const others = names.filter((name) => name !== chosen);
    const branch = (name: string, of: unknown) =>
      [...(shape.branches.get(name)?.keys ?? [])]
        .filter(([key]) => key !== shape.by)
        .flatMap(([key, item]) => rowsOf(item, property(of, key) ?? item.default, join(path, key), depth + 1));
    const about = (name: string) => shape.branches.get(name)?.description ?? '';
    return [
      ...missing,
      [
        join(path, shape.by),
        chosen || 'required',
        names.join(' | '),
        [meaning, about(chosen)].filter(Boolean).join('. '),
      ],
      ...(chosen ? branch(chosen, value) : []),
      ...others.flatMap((name) => {
        const rows = indent(branch(name, undefined));
        return rows.length === 0 ? [] : [[`with ${join(path, shape.by)}=${name}`, '', '', about(name)], ...rows];
      }),
    ];
  }
  const item = shape.kind === 'list' ? shape.item(0) : undefined;
  const items =
    item && item.kind !== 'value' && item.kind !== 'list' ? rowsOf(item, undefined, `${path}[]`, depth + 1) : [];
  return [row, ...indent(items)];
}

function keyRows(shape: ObjectShape, value: unknown, path: string, depth: number): string[][] {
  return [...shape.keys].flatMap(([key, item]) =>
    rowsOf(item, property(value, key) ?? item.default, join(path, key), depth + 1),
  );
}

const join = (path: string, key: string): string => (path ? `${path}.${key}` : key);
const indent = (rows: string[][]): string[][] => rows.map(([first = '', ...rest]) => [`  ${first}`, ...rest]);
const shorten = (text: string): string => (text.length > 17 ? `${text.slice(0, 16)}…` : text);
const bare = (type: string): string =>
  type.replace(/^an? /, '').replace(/^one of (.*)$/, (_, options: string) => options.replaceAll(', ', ' | '));

/** A key's value, null included: `undefined` only where it is not given. */
function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}

/** A row where the terminal is too narrow for columns: the key with value and type, the meaning below it. */
function stacked([key = '', ...rest]: readonly string[], screen: number): string {
  const meaning = rest.pop() ?? '';
  const indent = ' '.repeat(key.length - key.trimStart().length + 6);
  const lines = [` ${[key, ...rest.filter(Boolean)].join('  ')}`];
  let line = indent;
  for (const word of meaning.split(' ').filter(Boolean)) {
    if (line.trim() !== '' && line.length + 1 + word.length > screen) {
      lines.push(line);
      line = indent;
    }
    line = line.trim() === '' ? indent + word : `${line} ${word}`;
  }
  return [...lines, ...(line.trim() === '' ? [] : [line])].join('\n');
}

/** Columns without a frame, as wide as the terminal; long texts wrap inside their column. */
function table(rows: readonly (readonly string[])[]): string {
  const count = rows[0]?.length ?? 0;
  const screen = Math.min(Math.max(process.stdout.columns ?? 120, 40), 140);
  const widths = [38, 18, 28].slice(0, count - 1).map((most, column) => {
    const longest = Math.max(...rows.map((row) => row[column]?.length ?? 0));
    return Math.min(most, longest) + 3;
  });
  const rest = screen - widths.reduce((sum, width) => sum + width + 1, 0); // a space between columns
  if (rest < 24) return rows.map((row) => stacked(row, screen)).join('\n');
  const lines = newTable({
    chars: { ...noFrame, middle: ' ' },
    style: { 'padding-left': 1, 'padding-right': 0, head: [], border: [] },
    colWidths: [...widths, Math.max(24, rest)],
    wordWrap: true,
  });
  lines.push(...rows.map((row) => [...row]));
  const text = lines.toString().split('\n');
  return text.map((line) => line.trimEnd()).join('\n');
}
