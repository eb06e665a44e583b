export { averageCheckpoints, writeAverage } from './average.js';
export { type ColumnValue, checkColumn, columnNames, valueAt } from './columns.js';
export { comparedMetrics, comparisonFigure } from './comparison.js';
export { diffRuns, type RunDiff } from './diffRuns.js';
export { filterRuns, sortRuns } from './filter.js';
export { type RunInfo, type RunStatus, readRunInfo } from './runInfo.js';
