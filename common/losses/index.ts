export { type CrossEntropyOptions, crossEntropy } from './crossEntropy.js';
