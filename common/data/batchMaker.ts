import { decodeTo } from './decode/decodeImage.js';
import { EncodedImages, type ImageSegment } from './encodedImages.js';
import { CachedPixels, type PixelCache } from './pixelCache.js';
import { type ImageShape, type Pixels, volume } from './pixels.js';
import { CounterRandom } from './random.js';
import type { Transform } from './transforms/augment.js';
import { createPipeline, type Pipeline } from './transforms/pipeline.js';

/** All that is needed to make batches, in a form that a thread can be given: plain data and shared buffers. */
export interface BatchSpec {
  segments: readonly ImageSegment[];
  /** File and first row of each shard, to name an image in an error. */
  files: readonly { path: string; rows: number }[];
  shape: ImageShape;
  transforms: readonly Transform[];
  seed: number;
  cache: PixelCache | undefined;
}

/** Decodes, augments and normalises the images of a batch. The result depends on (seed, epoch, row) only, so any thread may make it. */
export class BatchMaker {
  readonly #images: EncodedImages;
  readonly #spec: BatchSpec;
  readonly #pipeline: Pipeline;
  readonly #cache: CachedPixels | undefined;
  readonly #volume: number;
  readonly #scratch: readonly [Uint8Array, Uint8Array];

  constructor(spec: BatchSpec) {
    this.#spec = spec;
    this.#images = new EncodedImages(spec.segments);
    this.#pipeline = createPipeline(spec.transforms, spec.shape);
    this.#cache = spec.cache && new CachedPixels(spec.cache);
    this.#volume = volume(spec.shape);
    this.#scratch = [new Uint8Array(this.#volume), new Uint8Array(this.#volume)];
  }

  /**
   * Fills `out` with the images of these rows (NHWC, float32).
   *
   * @param visit is told each row before it is decoded, so that a thread's death can be put down to an image.
   * @throws UserError naming file and row of an image that cannot be decoded.
   */
  async fill(out: Float32Array, rows: Int32Array, epoch: number, visit?: (row: number) => void): Promise<void> {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      visit?.(row);
      const pixels = this.#cache?.get(row) ?? this.#decode(row);
      // No promise for an image that is there: a turn of the event loop would cost more than the image.
      const data = pixels instanceof Promise ? await pixels : pixels;
      this.#pipeline.normalize(this.#augment(data, epoch, row), this.#volume, out, i * this.#volume);
    }
  }

  #decode(row: number): Uint8Array | Promise<Uint8Array> {
    const image = decodeTo(this.#spec.shape, this.#images.bytes(row), whereOf(this.#spec.files, row));
    return image instanceof Promise ? image.then((pixels) => this.#keep(row, pixels)) : this.#keep(row, image);
  }

  #keep(row: number, { data }: Pixels): Uint8Array {
    this.#cache?.set(row, data);
    return data;
  }

  #augment(pixels: Uint8Array, epoch: number, row: number): Uint8Array {
    let current = pixels;
    for (const [i, step] of this.#pipeline.steps.entries()) {
      const target = this.#scratch[i % 2 === 0 ? 0 : 1];
      step(current, this.#spec.shape, new CounterRandom(this.#spec.seed, epoch, row, i), target);
      current = target;
    }
    return current;
  }
}

/** File and row (from 0, within that file) of a row of the split. */
export function whereOf(files: readonly { path: string; rows: number }[], row: number): string {
  let rest = row;
  for (const { path, rows } of files) {
    if (rest < rows) return `${path}, row ${rest}`;
    rest -= rows;
  }
  return `row ${row}`;
}
