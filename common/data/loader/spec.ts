import { UserError } from '../../utils/index.js';
import { decodeImage } from '../decode/decodeImage.js';
import type { Pixels } from '../pixels.js';
import type { Transform } from '../transforms/index.js';
import type { BatchSpec } from './batchMaker.js';
import type { CheckedOptions } from './options.js';
import { createPixelCache, type PixelCache } from './pixelCache.js';
import type { Opened } from './plan.js';

/** So many broken images at the beginning of a set are passed over to learn the images' shape. */
const TRIES = 64;

/**
 * What the workers are told. The images' size and channels are those of the set's first image, so that a list of transforms may leave the
 * size open where all images have one.
 *
 * @throws UserError for a set whose first image cannot be decoded (with `onError: 'skip'`: whose first images).
 */
export async function specOf(
  opened: Opened,
  transforms: readonly Transform[],
  options: CheckedOptions & { channels?: 1 | 3 },
): Promise<BatchSpec> {
  const { seed, maxPixels, onError, cacheBytes } = options;
  const first = await firstImage(opened, options);
  const channels = options.channels ?? ofNormalize(transforms) ?? (first.channels < 3 ? 1 : 3);
  return {
    ...{ source: opened.source, transforms, seed, maxPixels, skip: onError === 'skip' },
    input: { channels, height: first.height, width: first.width },
    cache: cacheOf(opened, first, cacheBytes),
  };
}

async function firstImage(opened: Opened, { maxPixels, onError }: CheckedOptions): Promise<Pixels> {
  for (let i = 0; ; i++) {
    const sample = await opened.sample(i);
    if (sample === undefined) throw new UserError('loader: the data set has no image');
    try {
      return await decodeImage(sample.bytes, sample.where, { maxPixels });
    } catch (error) {
      if (onError === 'throw' || i + 1 === TRIES) throw error;
    }
  }
}

function ofNormalize(transforms: readonly Transform[]): 3 | undefined {
  return transforms.some((transform) => transform.name === 'normalize' && transform.mean.length === 3) ? 3 : undefined;
}

function cacheOf({ source, rows }: Opened, { height, width, channels }: Pixels, limit: number): PixelCache | undefined {
  return source === undefined || limit === 0 ? undefined : createPixelCache(rows, { height, width, channels }, limit);
}
