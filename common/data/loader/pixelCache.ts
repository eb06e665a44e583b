import { type ImageShape, type Pixels, volume } from '../pixels.js';

/**
 * Decoded images of one shape in shared memory: filled by whichever thread decodes an image first, so that later epochs only augment.
 * Two threads that decode the same image write the same bytes.
 */
export interface PixelCache {
  shape: ImageShape;
  pixels: SharedArrayBuffer;
  /** 1 where the image is there. */
  filled: SharedArrayBuffer;
}

/** A cache for so many images, or undefined where all of them together need more than `limit` bytes. */
export function createPixelCache(length: number, shape: ImageShape, limit: number): PixelCache | undefined {
  const bytes = length * volume(shape);
  if (bytes > limit) return undefined;
  return { shape, pixels: new SharedArrayBuffer(bytes), filled: new SharedArrayBuffer(length) };
}

/** The same cache by views, as a thread uses it. */
export class CachedPixels {
  readonly #shape: ImageShape;
  readonly #pixels: Uint8Array;
  readonly #filled: Uint8Array;
  readonly #volume: number;

  constructor(cache: PixelCache) {
    this.#shape = cache.shape;
    this.#pixels = new Uint8Array(cache.pixels);
    this.#filled = new Uint8Array(cache.filled);
    this.#volume = volume(cache.shape);
  }

  get(row: number): Pixels | undefined {
    if (Atomics.load(this.#filled, row) === 0) return undefined;
    return { ...this.#shape, data: this.#pixels.subarray(row * this.#volume, (row + 1) * this.#volume) };
  }

  /** Keeps an image; one of another shape is not kept. */
  set(row: number, { data, height, width, channels }: Pixels): void {
    const { height: h, width: w, channels: c } = this.#shape;
    if (height !== h || width !== w || channels !== c) return;
    this.#pixels.set(data, row * this.#volume);
    Atomics.store(this.#filled, row, 1);
  }
}
