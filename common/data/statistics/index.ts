export { type ChannelStats, channelStats } from './channelStats.js';
export { type ContactSheetOptions, contactSheet } from './contactSheet.js';
export {
  type BrokenRow,
  type ColumnStats,
  type DatasetStats,
  type DatasetStatsOptions,
  datasetStats,
} from './datasetStats.js';
export { formatStats } from './format.js';
export { imageFormat } from './imageFormat.js';
export type { ImageStats } from './imageStats.js';
export { type MeanStd, meanStdOf, writeMeanStd } from './meanStd.js';
export { type Distribution, distribution } from './quantiles.js';
export type { ClassStats, NumberStats, OtherStats, TextStats } from './valueStats.js';
