export { failureText } from './failureText.js';
export { kernelFor } from './kernelFor.js';
export { type Displays, OutputArea } from './outputArea.js';
export { type Given, injectParameters } from './parameters.js';
export { RunProgress } from './progress.js';
export { type Failure, isSkipped, type RunOptions, type RunResult, runNotebook } from './runNotebook.js';
