import { createHash } from 'node:crypto';

/** Values by media type: text is one string, JSON types keep their structure. */
export type MimeData = Record<string, unknown>;
type Metadata = Record<string, unknown>;

export type StreamOutput = { output_type: 'stream'; name: string; text: string };
export type DisplayOutput = { output_type: 'display_data'; data: MimeData; metadata: Metadata };
export type ResultOutput = {
  output_type: 'execute_result';
  data: MimeData;
  metadata: Metadata;
  execution_count: number | null;
};
export type ErrorOutput = { output_type: 'error'; ename: string; evalue: string; traceback: string[] };
export type Output = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

type CellBase = { id: string; metadata: Metadata; source: string };
export type CodeCell = CellBase & { cell_type: 'code'; outputs: Output[]; execution_count: number | null };
export type TextCell = CellBase & { cell_type: 'markdown' | 'raw'; attachments?: Record<string, MimeData> };
export type Cell = CodeCell | TextCell;

/** A notebook in memory: nbformat 4.5, with every text in one string. */
export type Notebook = { nbformat: 4; nbformat_minor: number; metadata: Metadata; cells: Cell[] };

/** What a notebook of this repository's kernel says about it. */
export const kernelMetadata = {
  kernelspec: { display_name: 'TypeScript (Atelier)', language: 'typescript', name: 'atelier' },
};

/** Metadata of a cell that a run or a look at the notebook changes. */
export const volatileMetadata: ReadonlySet<string> = new Set([
  'execution',
  'ExecuteTime',
  'collapsed',
  'scrolled',
  'trusted',
]);

/** The tags of a cell; none where its metadata has none. */
export function tagsOf(cell: Cell): string[] {
  const { tags } = cell.metadata;
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}

/** An id for the cell at `index`, the same each time, so that files without ids do not change whenever they are read. */
export function cellId(index: number, source: string): string {
  return createHash('sha1').update(`${index}\n${source}`).digest('hex').slice(0, 8);
}

export function codeCell(source: string, metadata: Metadata = {}, id = cellId(0, source)): CodeCell {
  return { cell_type: 'code', id, metadata, source, outputs: [], execution_count: null };
}

export function textCell(
  type: 'markdown' | 'raw',
  source: string,
  metadata: Metadata = {},
  id = cellId(0, source),
): TextCell {
  return { cell_type: type, id, metadata, source };
}
