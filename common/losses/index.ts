export { type CrossEntropyOptions, crossEntropy } from './crossEntropy.js';
export { type TokenCrossEntropyOptions, tokenCrossEntropy } from './tokenCrossEntropy.js';
