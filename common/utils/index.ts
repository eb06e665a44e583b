export { messageOf, UsageError, UserError } from './errors.js';
export { assetsDir, projectRoot, writeFileAtomic } from './files.js';
export { didYouMean, nearest } from './nearest.js';
