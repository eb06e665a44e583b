export type { RunOptions } from './arguments.js';
export { type ConfigInfo, configInfo, defineConfig } from './define.js';
export { PrintAndExit } from './help.js';
export { reportUncaught } from './report.js';
export { loadResolvedConfig } from './resolved.js';
export { findRun } from './resume.js';
export { shortPath } from './source.js';
