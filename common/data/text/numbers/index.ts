export { generateNumberPairs, type NumberPair, type NumberPairsOptions, writeMeaning } from './generate.js';
export { type Form, forms, type Meaning, type MeaningKind, meaningKinds } from './meaning.js';
