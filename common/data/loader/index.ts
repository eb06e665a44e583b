export type { Batch } from './batch.js';
export { classNames } from './columns.js';
export { createLoader, type Loader, type Skipped } from './createLoader.js';
export type { LoaderOptions } from './options.js';
