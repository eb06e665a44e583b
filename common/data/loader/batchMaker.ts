import { messageOf } from '../../utils/errors.js';
import { decode } from '../decode/decodeImage.js';
import type { ImageSource } from '../image.js';
import { type Pixels, volume } from '../pixels.js';
import { CounterRandom } from '../random.js';
import { createPipeline, type Pipeline } from '../transforms/pipeline.js';
import type { Transform } from '../transforms/table.js';
import { type ImageReader, openImages } from './imageReader.js';
import type { BatchRows, Broken } from './messages.js';
import { CachedPixels, type PixelCache } from './pixelCache.js';

/** All that is needed to make batches, in a form that a thread can be given: plain data and shared buffers. */
export interface BatchSpec {
  /** undefined for a stream, whose images come with each batch. */
  source: ImageSource | undefined;
  transforms: readonly Transform[];
  input: { channels: 1 | 3; height?: number; width?: number };
  seed: number;
  maxPixels: number;
  /** Broken images are left out, and the others move up. */
  skip: boolean;
  cache: PixelCache | undefined;
}

/** An image of a batch that cannot be decoded or transformed. */
export class BrokenImage extends Error {
  readonly broken: Broken;

  constructor(broken: Broken) {
    super(broken.reason);
    this.broken = broken;
  }
}

/**
 * Decodes, augments and normalises the images of a batch. The result depends on (seed, epoch, row) only, so any thread may make it.
 */
export class BatchMaker {
  readonly #spec: BatchSpec;
  readonly #pipeline: Pipeline;
  readonly #reader: ImageReader | undefined;
  readonly #cache: CachedPixels | undefined;
  readonly #decoding: Parameters<typeof decode>[1];
  readonly #scratch: Float32Array | undefined;

  constructor(spec: BatchSpec) {
    this.#spec = spec;
    this.#pipeline = createPipeline(spec.transforms, spec.input);
    this.#reader = spec.source && openImages(spec.source);
    this.#cache = spec.cache && new CachedPixels(spec.cache);
    this.#decoding = {
      maxPixels: spec.maxPixels,
      // A cached image serves every later draw: it is kept whole.
      ...(spec.cache === undefined && { shrink: (height, width) => this.#pipeline.shrink(height, width) }),
    };
    if (this.#pipeline.views.length > 1) this.#scratch = new Float32Array(this.#pipeline.volume);
  }

  /**
   * Fills `out` with these images: for each view a block [rows, height, width, channels], float32.
   *
   * @param visit is told the place of each image in the batch before it is made, so that a thread's death can be put down to an image.
   * @returns the images that are left out, where the spec skips them; the others have moved up in each block.
   * @throws BrokenImage for the first one otherwise.
   */
  async fill(out: Float32Array, batch: BatchRows, visit?: (at: number) => void): Promise<Broken[]> {
    const { rows } = batch;
    const broken: Broken[] = [];
    let filled = 0;
    let next: Pixels | Promise<Pixels> | Failed | undefined;
    for (let at = 0; at < rows.length; at++) {
      visit?.(at);
      let current = next ?? this.#pixels(batch, at);
      next = undefined;
      if (current instanceof Promise) {
        // libvips works in threads of its own: the next image is decoded while this one is transformed.
        if (at + 1 < rows.length) next = this.#pixels(batch, at + 1);
        current = await current.catch((error: unknown) => new Failed(error));
      }
      try {
        if (current instanceof Failed) throw current.error;
        // No promise for an image that is there: a turn of the event loop would cost more than the image.
        this.#transform(current, batch.epoch, rows[at] ?? 0, out, filled, rows.length);
        filled++;
      } catch (error) {
        const one = { at, reason: messageOf(error) };
        if (!this.#spec.skip) {
          if (next instanceof Promise) next.catch(() => {});
          throw new BrokenImage(one);
        }
        broken.push(one);
      }
    }
    return broken;
  }

  /** Closes the files. */
  close(): void {
    this.#reader?.close();
  }

  #pixels(batch: BatchRows, at: number): Pixels | Promise<Pixels> | Failed {
    const row = batch.rows[at] ?? 0;
    const known = this.#cache?.get(row);
    if (known !== undefined) return known;
    try {
      const bytes = this.#bytes(batch, at, row);
      const done = (pixels: Pixels) => {
        if (batch.images === undefined) this.#reader?.recycle(bytes);
        this.#cache?.set(row, pixels);
        return pixels;
      };
      const image = decode(bytes, this.#decoding);
      return image instanceof Promise ? image.then(done) : done(image);
    } catch (error) {
      return new Failed(error);
    }
  }

  #bytes({ images }: BatchRows, at: number, row: number): Uint8Array {
    if (images === undefined) return this.#reader?.bytes(row) ?? new Uint8Array();
    const [from = 0, to = 0] = images.offsets.subarray(at, at + 2);
    return new Uint8Array(images.bytes, from, to - from);
  }

  #transform(image: Pixels, epoch: number, row: number, out: Float32Array, place: number, count: number): void {
    const { seed } = this.#spec;
    const random = (...key: number[]) => new CounterRandom(seed, epoch, row, ...key);
    const { views, volume: size } = this.#pipeline;
    if (this.#scratch === undefined) {
      this.#pipeline.run(image, random, out, place * size);
      return;
    }
    this.#pipeline.run(image, random, this.#scratch, 0);
    let from = 0;
    for (const view of views) {
      const values = volume(view);
      out.set(this.#scratch.subarray(from, from + values), from * count + place * values);
      from += values;
    }
  }
}

/** An error in the place of an image: a promise that nobody waits for yet must not be rejected. */
class Failed {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}
