export { type Padded, type PadOptions, padTexts } from './batching/collate.js';
export type { TextLoader } from './batching/loader.js';
export { createPackedLoader, type PackedBatch, type PackedLoaderOptions } from './batching/packedLoader.js';
export {
  type ChunkOptions,
  concatenateAndChunk,
  type PackedRows,
  packDocuments,
  packFirstFit,
} from './batching/packing.js';
export { type PairCursor, parsePairCursor } from './batching/pairCursor.js';
export { createPairLoader, type PairBatch, type PairLoaderOptions, type PairTables } from './batching/pairLoader.js';
export { type BatchPlan, type PlannedBatch, type PlanOptions, planBatches } from './batching/plan.js';
export {
  createStreamingPairLoader,
  type StreamingPairLoader,
  type StreamingPairOptions,
} from './batching/streamingPairLoader.js';
export {
  createLanguageModelLoader,
  createTextLoader,
  type LanguageModelBatch,
  type PlannedLoader,
  type TextBatch,
  type TextLoaderOptions,
} from './batching/textLoader.js';
export { chooseWidths, type WidthOptions } from './batching/widths.js';
export { createWindowLoader, planWindows, type WindowBatch, type WindowOptions } from './batching/windowLoader.js';
export { type BpeProgress, type NormalizerName, type TrainBpeOptions, trainBpe } from './bpe/trainBpe.js';
export { type EncodeDatasetOptions, encodeDataset, textsOf } from './encodeDataset.js';
export * from './numbers/index.js';
export { createStreamDecoder, type StreamDecoder, streamDecode } from './streamDecode.js';
export { cleanUp } from './tokenizer/decode.js';
export { loadTokenizer } from './tokenizer/load.js';
export {
  createTokenizer,
  type DecodeOptions,
  type EncodeOptions,
  type Encoding,
  type Tokenizer,
} from './tokenizer/tokenizer.js';
export { TokenTable } from './tokenTable.js';
