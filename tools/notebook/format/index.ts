export {
  type Cell,
  type CodeCell,
  cellId,
  codeCell,
  kernelMetadata,
  type MimeData,
  type Notebook,
  type Output,
  type TextCell,
  tagsOf,
  textCell,
  volatileMetadata,
} from './notebook.js';
export { parseNotebook, readNotebook } from './readNotebook.js';
export { isJsonMime } from './schema.js';
export { formatNotebook, writeNotebook } from './writeNotebook.js';
