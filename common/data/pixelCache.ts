import { type ImageShape, volume } from './pixels.js';

/**
 * Decoded images in shared memory: filled once, by whichever thread decodes an image first, so that later epochs only augment.
 * Two threads that decode the same image write the same bytes.
 */
export interface PixelCache {
  shape: ImageShape;
  pixels: SharedArrayBuffer;
  /** 1 where the image is there. */
  filled: SharedArrayBuffer;
}

/** A cache for all images of this shape, or undefined where that needs more than `limit` bytes. */
export function createPixelCache(length: number, shape: ImageShape, limit: number): PixelCache | undefined {
  const bytes = length * volume(shape);
  if (bytes > limit) return undefined;
  return { shape, pixels: new SharedArrayBuffer(bytes), filled: new SharedArrayBuffer(length) };
}

/** The same cache by views, as a thread uses it. */
export class CachedPixels {
  readonly #pixels: Uint8Array;
  readonly #filled: Uint8Array;
  readonly #volume: number;

  constructor(cache: PixelCache) {
    this.#pixels = new Uint8Array(cache.pixels);
    this.#filled = new Uint8Array(cache.filled);
    this.#volume = volume(cache.shape);
  }

  get(row: number): Uint8Array | undefined {
    if (Atomics.load(this.#filled, row) === 0) return undefined;
    return this.#pixels.subarray(row * this.#volume, (row + 1) * this.#volume);
  }

  set(row: number, pixels: Uint8Array): void {
    this.#pixels.set(pixels, row * this.#volume);
    Atomics.store(this.#filled, row, 1);
  }
}
