/** Texts in columns, two spaces apart: the first to the left, the others to the right. */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => lengthOf(row[column]))));
  return rows.map((row) =>
    row
      .map((text, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - lengthOf(text));
        return column === 0 ? text + space : space + text;
      })
      .join('  ')
      .trimEnd(),
  );
}

function lengthOf(text = ''): number {
  return [...text].length;
}
