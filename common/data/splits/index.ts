export { createSplits, type SplitOptions, type Splits } from './createSplits.js';
export { pathEntries, rowEntries, type SplitEntries, splitEntries } from './entries.js';
export { groupedKFolds } from './groupedKFolds.js';
export type { Key } from './groups.js';
export { type FoldOptions, type Folds, foldRows, kFolds } from './kFolds.js';
export { mergeGroups } from './mergeGroups.js';
export {
  groupedSplit,
  type PartSizes,
  type Parts,
  randomSplit,
  stratifiedGroupedSplit,
  stratifiedSplit,
} from './parts.js';
export { applySplit, applySplits, readSplit, readSplits } from './readSplits.js';
export { formatSplitReport, type SplitReport, splitReport } from './report.js';
export { stratifiedGroupedKFolds } from './stratifiedGroupedKFolds.js';
export { stratifiedKFolds } from './stratifiedKFolds.js';
export { type WriteSplitsOptions, writeSplits } from './writeSplits.js';
