import { diffArrays } from 'diff';
import { type Cell, type Notebook, volatileMetadata } from '../format/index.js';

/**
 * The text's cells, with ids, outputs and timings of the notebook's cells that are the same: what the text form leaves out. A cell
 * that was edited keeps its id, not its outputs.
 */
export function mergeText(text: Notebook, old: Notebook): Notebook {
  const used = new Set<string>();
  const cells: Cell[] = [];
  let [fromOld, fromText]: [Cell[], Cell[]] = [[], []];
  const take = (cell: Cell, id: string): string => {
    let free = id;
    for (let again = 2; used.has(free); again++) free = `${id.slice(0, 60)}-${again}`;
    used.add(free);
    cells.push({ ...cell, id: free });
    return free;
  };
  const flush = () => {
    for (const cell of fromText) {
      const index = fromOld.findIndex((one) => one.cell_type === cell.cell_type);
      const [edited] = index < 0 ? [] : fromOld.splice(0, index + 1).slice(-1);
      take(cell, edited?.id ?? cell.id);
    }
    [fromOld, fromText] = [[], []];
  };
  const key = (cell: Cell) => `${cell.cell_type}\n${cell.source}`;
  const changes = diffArrays(old.cells.map(key), text.cells.map(key));
  let [i, j] = [0, 0];
  for (const { count = 0, added, removed } of changes) {
    for (let step = 0; step < count; step++) {
      const before = added ? undefined : old.cells[i++];
      const now = removed ? undefined : text.cells[j++];
      if (before && now) {
        flush();
        take(restored(now, before), before.id);
      } else if (before) fromOld.push(before);
      else if (now) fromText.push(now);
    }
  }
  flush();
  const { nbformat, nbformat_minor } = old;
  const { language_info } = old.metadata;
  const metadata = { ...text.metadata, ...(language_info !== undefined && { language_info }) };
  return { nbformat, nbformat_minor, metadata, cells };
}

function restored(now: Cell, before: Cell): Cell {
  const volatile = Object.entries(before.metadata).filter(([name]) => volatileMetadata.has(name));
  const metadata = { ...now.metadata, ...Object.fromEntries(volatile) };
  if (now.cell_type !== 'code' || before.cell_type !== 'code') return { ...now, metadata };
  return { ...now, metadata, outputs: before.outputs, execution_count: before.execution_count };
}
