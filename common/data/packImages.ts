import type { ImageSegment } from './image.js';

/** Packs encoded images into one segment of shared memory. */
export function packImages(images: readonly Uint8Array[]): ImageSegment {
  const offsets = new Uint32Array(new SharedArrayBuffer(4 * (images.length + 1)));
  for (const [i, image] of images.entries()) offsets[i + 1] = offsets[i]! + image.length;
  const bytes = new SharedArrayBuffer(offsets[images.length]!);
  const all = new Uint8Array(bytes);
  for (const [i, image] of images.entries()) all.set(image, offsets[i]!);
  return { bytes, offsets };
}
