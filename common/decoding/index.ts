export { type BeamOptions, beamSearch, type Hypothesis, lengthPenaltyOf } from './beamSearch.js';
export { type CachedModel, cachedModel, loadCachedModel } from './cachedModel.js';
export type { ContinueOptions } from './continueAll.js';
export { greedy } from './greedy.js';
export { type ChoiceOptions, type SampleOptions, sample } from './sample.js';
export type { Candidates, DecodingState, LengthOptions, SequenceModel } from './sequenceModel.js';
export { streamTokens } from './stream.js';
