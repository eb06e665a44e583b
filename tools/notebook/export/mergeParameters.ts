import { type Cell, type Notebook, tagsOf } from '../format/index.js';
import { declarationsOf } from '../run/declarations.js';

/** A notebook whose injected parameters stand in the cell that declares them: a file may declare a name only once. */
export function mergeParameters(notebook: Notebook): Notebook {
  const injected = notebook.cells.find((cell) => tagsOf(cell).includes('injected-parameters'));
  const declaring = notebook.cells.find((cell) => tagsOf(cell).includes('parameters'));
  if (!injected || !declaring) return notebook;
  const values = declarationsOf(injected.source);
  let { source } = declaring;
  // From the end, so that earlier positions stay right.
  const found = [...declarationsOf(source).values()].sort((a, b) => b.start - a.start);
  for (const { name, initial = '', start } of found) {
    const value = values.get(name)?.initial;
    if (value === undefined) continue;
    source = source.slice(0, start) + (initial === '' ? ' = ' : '') + value + source.slice(start + initial.length);
  }
  const cells = notebook.cells.flatMap((cell): Cell[] => {
    if (cell === injected) return [];
    return cell === declaring ? [{ ...cell, source }] : [cell];
  });
  return { ...notebook, cells };
}
