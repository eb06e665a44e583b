export { messageOf, UsageError, UserError } from './errors.js';
export { assetsDir, projectRoot, writeFileAtomic } from './files.js';
export { isRecord } from './isRecord.js';
export { didYouMean, nearest } from './nearest.js';
export { type MimeBundle, type NotebookHost, notebook } from './notebook.js';
export { quantile } from './quantile.js';
export { shortPath } from './shortPath.js';
