import { didYouMean, isRecord, UserError } from 'common/utils';
import { parse } from 'yaml';
import { type CodeCell, codeCell, type Notebook, tagsOf } from '../format/index.js';
import { type Declaration, declarationsOf, typeMistakes } from './declarations.js';

/** A value as it was written on the command line, or as it stands in a file. */
export type Given = { text: string } | { value: unknown };

/**
 * A copy of the notebook with a cell tagged `injected-parameters` after the cell tagged `parameters` (papermill's convention; an
 * injected cell that is there is replaced). Throws a UserError for a name that the parameters cell does not declare and for a value
 * that does not fit its type, before anything runs.
 */
export function injectParameters(notebook: Notebook, given: ReadonlyMap<string, Given>, file: string): Notebook {
  if (given.size === 0) return notebook;
  const cells = notebook.cells.filter((cell) => !tagsOf(cell).includes('injected-parameters'));
  const index = cells.findIndex((cell) => cell.cell_type === 'code' && tagsOf(cell).includes('parameters'));
  const cell = cells[index];
  if (!cell)
    throw new UserError(
      `${file} takes no parameters: none of its cells is tagged "parameters" (a tag is set in the cell's metadata)`,
    );
  const declared = declarationsOf(cell.source);
  const lines: string[] = [];
  for (const [name, one] of given) {
    const declaration = declared.get(name);
    if (!declaration) {
      const all = [...declared.keys()];
      const listed = all.length === 0 ? 'nothing' : all.join(', ');
      throw new UserError(
        `${file} has no parameter "${name}".${didYouMean(name, all)} Its parameters cell declares ${listed}.`,
      );
    }
    lines.push(assignment(declaration, 'text' in one ? literalOf(one.text, declaration) : literal(one.value)));
  }
  const mistakes = typeMistakes(cell.source, lines);
  if (mistakes.length > 0) {
    const names = [...given.keys()];
    const told = mistakes.map(({ line, message }) => {
      const declaration = declared.get(names[line] ?? '');
      const standard = declaration?.initial === undefined ? '' : ` (its default is ${declaration.initial})`;
      return `${file}: parameter ${names[line]} must be ${declaration?.type}${standard}: ${message}`;
    });
    throw new UserError(told.join('\n'));
  }
  cells.splice(
    index + 1,
    0,
    injectedCell(
      lines,
      cells.map(({ id }) => id),
    ),
  );
  return { ...notebook, cells };
}

function injectedCell(lines: readonly string[], ids: readonly string[]): CodeCell {
  let id = 'injected-parameters';
  for (let again = 2; ids.includes(id); again++) id = `injected-parameters-${again}`;
  return codeCell(['// Parameters', ...lines].join('\n'), { tags: ['injected-parameters'] }, id);
}

/** Declared anew, which a notebook may; the type stays what it was. */
function assignment({ name, keyword, type }: Declaration, value: string): string {
  return `${keyword} ${name}: ${type} = ${value};`;
}

/** The text as YAML reads it (`1e-3`, `true`, `[1, 2]`, `null`), or itself where the parameter is text. */
function literalOf(text: string, { isText, isBigint }: Declaration): string {
  if (isText) return JSON.stringify(text);
  if (isBigint && /^-?\d+$/.test(text)) return `${text}n`;
  let value: unknown = text;
  try {
    value = parse(text);
  } catch {
    // not YAML: text
  }
  return literal(value);
}

function literal(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? 'undefined';
  const entries = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${literal(one)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
