export { type Pca, type PcaOptions, pca } from './pca.js';
export type { Points } from './points.js';
export { continuity, type NeighbourhoodOptions, trustworthiness } from './trustworthiness.js';
export { type Tsne, type TsneOptions, tsne } from './tsne.js';
export { type Umap, type UmapOptions, umap } from './umap.js';
