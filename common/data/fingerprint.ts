import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { ImageDataset } from './dataset.js';

/**
 * A hash that tells whether a resumed run has the data it began with: name, split, classes, files and rows, every label, every image
 * file's length. Not the pixels: that would read everything. The folder's place on disk does not count.
 */
export function fingerprint(dataset: ImageDataset): string {
  const hash = createHash('sha256');
  const files = dataset.files.map(({ path, rows }) => [basename(path), rows]);
  hash.update(JSON.stringify([dataset.name, dataset.split, dataset.classes, files]));
  hash.update(dataset.labels);
  for (const { offsets } of dataset.images.segments) hash.update(Uint32Array.from(offsets));
  return hash.digest('hex');
}
