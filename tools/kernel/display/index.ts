export { displayBundle } from './displayBundle.js';
export { displayResult, type Shown } from './displayResult.js';
