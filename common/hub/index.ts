export {
  type DownloadDatasetOptions,
  type DownloadModelOptions,
  type DownloadOptions,
  type DownloadResult,
  downloadDataset,
  downloadModel,
} from './download.js';
export { type DatasetLink, linkDataset } from './link.js';
export type { DownloadProgress } from './progress.js';
export { getDatasetsDir, getModelsDir, repositoryDir } from './repository.js';
export { formatDownloadSummary } from './summary.js';
export { terminalProgress } from './terminal.js';
