export { accuracy } from './accuracy.js';
export { ConfusionMatrix } from './confusionMatrix.js';
