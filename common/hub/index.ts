export type { AccessOptions } from './access.js';
export { findAsset } from './assets/find.js';
export type { AssetLink } from './assets/links.js';
export { type Asset, type AssetKind, type AssetList, listAssets } from './assets/list.js';
export { removeAsset } from './assets/remove.js';
export { type DamagedFile, type Verification, type VerifyOptions, verifyAsset } from './assets/verify.js';
export { cardHeader, type DataFiles, dataFilesOf, matchesDataFiles } from './card.js';
export {
  type DownloadDatasetOptions,
  type DownloadModelOptions,
  type DownloadOptions,
  type DownloadResult,
  downloadDataset,
  downloadModel,
} from './download.js';
export { type DatasetLink, linkDataset } from './link.js';
export { type DownloadedRepository, findDownloaded } from './local.js';
export type { DownloadProgress } from './progress.js';
export {
  listRepository,
  type RemoteEntry,
  type RemoteOptions,
  type RemoteRepository,
  readRemoteRange,
  readRemoteText,
  streamRemoteFile,
} from './remoteFile.js';
export { getDatasetsDir, getModelsDir, type RepositoryKind, repositoryDir } from './repository.js';
export { globMatcher } from './select.js';
export { formatDownloadSummary } from './summary.js';
export { terminalProgress } from './terminal.js';
