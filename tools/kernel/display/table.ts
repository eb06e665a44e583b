import { type Html, html } from './html.js';

/** A cell: text, or a piece of HTML with the text that stands for it where there is no HTML. */
export type Cell = string | { readonly html: Html; readonly text: string };

/** A table as rows of cells; numbers are to the right. */
export interface Table {
  head: readonly string[];
  /** A second line of the head, such as the columns' types. */
  types?: readonly string[];
  rows: readonly (readonly Cell[])[];
  /** Columns that are aligned to the right. */
  right?: ReadonlySet<number>;
}

/** The table as HTML; the notebook's own style draws it. */
export function tableHtml({ head, types, rows, right = new Set() }: Table): Html {
  const align = (column: number) => (right.has(column) ? 'right' : 'left');
  const line = (cells: readonly Cell[], tag: 'th' | 'td') =>
    html`<tr>${cells.map((cell, i) => {
      const content = typeof cell === 'string' ? html`${cell}` : cell.html;
      return tag === 'th'
        ? html`<th style="text-align:${align(i)}">${content}</th>`
        : html`<td style="text-align:${align(i)}">${content}</td>`;
    })}</tr>`;
  const small = (types ?? []).map((type) => ({ html: html`<small>${type}</small>`, text: type }));
  return html`<table><thead>${line(head, 'th')}${types === undefined ? html`` : line(small, 'th')}</thead><tbody>${rows.map((row) => line(row, 'td'))}</tbody></table>`;
}

/** The table as lines of text with aligned columns. */
export function tableText({ head, types, rows, right = new Set() }: Table): string {
  const lines = [head, ...(types === undefined ? [] : [types]), ...rows].map((cells) =>
    cells.map((cell) => oneLine(typeof cell === 'string' ? cell : cell.text)),
  );
  const widths = head.map((_, i) => Math.max(...lines.map((cells) => widthOf(cells[i] ?? ''))));
  const pad = (text: string, i: number) => {
    const space = ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(text)));
    return right.has(i) ? space + text : text + space;
  };
  return lines.map((cells) => cells.map(pad).join('  ').trimEnd()).join('\n');
}

/** Shortened to at most so many characters, by an ellipsis. */
export function shorten(text: string, most = 80): string {
  if (text.length <= most) return text;
  const letters = [...text.slice(0, 2 * most)];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
const widthOf = (text: string): number => [...text].length;
