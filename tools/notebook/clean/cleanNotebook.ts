import { isRecord } from 'common/utils';
import { type Cell, type Notebook, volatileMetadata } from '../format/index.js';

export type CleanOptions = {
  /** Keep outputs and execution counts: only what a run or a look changes for no reason goes. */
  keepOutputs?: boolean;
};

/** Metadata of a notebook that belongs to one run or one program. */
const volatileNotebookMetadata = new Set(['widgets', 'signature', 'papermill', 'toc', 'varInspector']);

/** A notebook as it should be committed: without outputs and counts, timings, folded cells, the version of the language, widgets' state. */
export function cleanNotebook(notebook: Notebook, { keepOutputs = false }: CleanOptions = {}): Notebook {
  const cells = notebook.cells.map((cell): Cell => {
    const metadata = Object.fromEntries(Object.entries(cell.metadata).filter(([name]) => !volatileMetadata.has(name)));
    if (cell.cell_type !== 'code' || keepOutputs) return { ...cell, metadata };
    return { ...cell, metadata, outputs: [], execution_count: null };
  });
  const kept = Object.entries(notebook.metadata).filter(([name]) => !volatileNotebookMetadata.has(name));
  const metadata: Record<string, unknown> = Object.fromEntries(kept);
  if (isRecord(metadata.language_info)) {
    const { version: _, ...language } = metadata.language_info;
    metadata.language_info = language;
  }
  return { ...notebook, metadata, cells };
}
