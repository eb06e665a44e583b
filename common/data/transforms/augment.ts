import type { ImageShape } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { type Affine, affine, drawAffine } from './affine.js';
import { drawFlip, type Flip, flip } from './flip.js';
import type { Normalize } from './normalize.js';
import { crop, drawRandomCrop, type RandomCrop } from './randomCrop.js';

/** What changes an image's 8-bit pixels and keeps its shape. */
export type Augmentation = RandomCrop | Flip | Affine;

/** A pipeline is data: it prints, it is saved in a run's config, it is sent to the workers. */
export type Transform = Augmentation | Normalize;

/** Draws this transform's parameters, then writes the changed image to `target`. */
export type Step = (source: Uint8Array, shape: ImageShape, random: CounterRandom, target: Uint8Array) => void;

/** The step for a transform: parameters are drawn separately from applying them, so that fixed ones can be compared with torchvision. */
export function augmentationStep(transform: Augmentation): Step {
  switch (transform.name) {
    case 'randomCrop':
      return step(transform, drawRandomCrop, crop);
    case 'flip':
      return step(transform, drawFlip, flip);
    case 'affine':
      return step(transform, drawAffine, affine);
  }
}

function step<T, P>(
  transform: T,
  draw: (transform: T, random: CounterRandom, shape: ImageShape) => P,
  apply: (source: Uint8Array, shape: ImageShape, parameters: P, target: Uint8Array) => void,
): Step {
  return (source, shape, random, target) => apply(source, shape, draw(transform, random, shape), target);
}
