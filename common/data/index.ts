export type {
  ColumnName,
  Dataset,
  FilterOptions,
  ImageColumn,
  ImageSourceOptions,
  MapOptions,
  Row,
  StreamCursor,
  StreamedRow,
  StreamingDataset,
} from './dataset.js';
export { type DecodeOptions, decodeImage, MAX_PIXELS } from './decode/decodeImage.js';
export * from './digits/index.js';
export * from './duplicates/index.js';
export {
  bigint,
  binary,
  boolean,
  type ColumnSpec,
  type Columns,
  classLabel,
  type Dtype,
  date,
  type Feature,
  type Features,
  image,
  integer,
  number,
  optional,
  sequence,
  struct,
  text,
  unknown,
} from './features.js';
export * from './frames/index.js';
export { type Image, type ImageSegment, type ImageSource, isImage, TO_END } from './image.js';
export { datasetSplits, type LoadOptions, loadDataset } from './loadDataset.js';
export { type Batch, classNames, createLoader, type Loader, type LoaderOptions, type Skipped } from './loader/index.js';
export { datasetFromRows } from './memoryDataset.js';
export { type ImageShape, type Pixels, volume, withChannels } from './pixels.js';
export { CounterRandom } from './random.js';
export type { Sampler } from './samplers/index.js';
export * as samplers from './samplers/index.js';
export * from './splits/index.js';
export * from './statistics/index.js';
export * from './text/index.js';
export * from './transforms/index.js';
