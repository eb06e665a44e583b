export { displayBundle } from './displayBundle.js';
