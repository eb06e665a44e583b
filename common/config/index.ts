export { type Arguments, optionNames, parseArguments, type RunOptions } from './arguments.js';
export { type ConfigInfo, configInfo, defineConfig } from './define.js';
export type { Description } from './describe.js';
export { findRun, isMultirun, listRuns } from './findRun.js';
export { isScript } from './isScript.js';
export { type Job, type MultirunPlan, planMultirun } from './planMultirun.js';
export { PrintAndExit } from './printAndExit.js';
export { reportUncaught } from './report.js';
export { loadResolvedConfig } from './resolved.js';
