import type { ImageShape, Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import type { Lookup } from './lookup.js';
import type { Memory } from './memory.js';

/** Changes an image: draws this transform's parameters, then applies them. It never writes into the image it is given. */
export type Step = (image: Pixels, random: CounterRandom, memory: Memory) => Pixels;

/** An image that is still to be looked up in a table: 256 results, undefined for no change. */
export interface Seen {
  image: Pixels;
  table: Lookup | undefined;
}

/** A step that may leave its last table to what comes after it. */
export type SeenStep = (image: Pixels, random: CounterRandom, memory: Memory) => Seen;

/** An image's height and width as far as they are known before the image is there. */
export interface Size {
  height: number | undefined;
  width: number | undefined;
}

/** How transforms of one name are run and checked. */
export interface Kind<T> {
  step(transform: T): Step;
  /** The same step for the end of a pipeline, where its table goes into the normalisation's. */
  seen?(transform: T): SeenStep;
  /** The size that comes out. Default: the size that goes in. Throws a UserError where the transform cannot be. */
  size?(transform: T, input: Size, channels: number): Size;
}

/** Parameters are drawn separately from applying them, so that fixed ones can be compared with torchvision; undefined: not this time. */
export function drawn<T, P>(
  draw: (transform: T, random: CounterRandom, shape: ImageShape) => P | undefined,
  apply: (image: Pixels, parameters: P, memory: Memory) => Pixels,
): (transform: T) => Step {
  return (transform) => (image, random, memory) => {
    const parameters = draw(transform, random, image);
    return parameters === undefined ? image : apply(image, parameters, memory);
  };
}

/** A step without chance. */
export function fixed<T>(apply: (image: Pixels, transform: T, memory: Memory) => Pixels): (transform: T) => Step {
  return (transform) => (image, _random, memory) => apply(image, transform, memory);
}
