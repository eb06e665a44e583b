export { digitsContactSheet } from './contactSheet.js';
export { type Digit, type DigitKey, type DigitSplit, digitLabel, drawDigit } from './draw.js';
export { type DigitsOptions, digitsDefaults, generateDigits } from './generate.js';
export { digitNames, digitsParquet, type ImageRow } from './parquet.js';
export { digitsFile, digitsVersion, ensureDigits, type StoreOptions } from './store.js';
