export type { DataFrameOptions } from './dataFrameOptions.js';
export { query, queryDataFrame } from './query.js';
export { toDataFrame } from './toDataFrame.js';
