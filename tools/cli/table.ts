import { textTable } from 'common/utils';

/** Text in columns, two spaces apart: `>` before a heading puts the column's text to the right. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const isRight = (column: number) => headings[column]?.startsWith('>') === true;
  return textTable([headings.map((heading) => heading.replace(/^>/, '')), ...rows], isRight).join('\n');
}
