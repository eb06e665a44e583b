import { UserError } from '../../utils/errors.js';
import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { drawFlip, type Flip } from './flip.js';
import type { Lookup } from './lookup.js';
import type { Memory } from './memory.js';
import { createNormalizer, type Normalizer } from './normalize.js';
import type { RandomErasing } from './randomErasing.js';
import { applyResizedCrop, drawRandomResizedCrop, type RandomResizedCrop } from './randomResizedCrop.js';
import type { Size } from './step.js';
import { lastStepOf, type PixelTransform, sizeAfter, stepOf, type ViewTransform } from './table.js';

/** Random numbers for a step, by its key within an image: (step), or (step, view, step within the view). */
export type RandomOf = (...key: number[]) => CounterRandom;

type BranchStep = (image: Pixels, random: RandomOf, memory: Memory) => Pixels;
type Key = readonly number[];

/** The transforms of one image or view, ready to run. */
export interface Branch {
  steps: readonly BranchStep[];
  /** The last step, where it leaves a table to the normalisation. */
  last: ((image: Pixels, random: RandomOf, memory: Memory) => { image: Pixels; table: Lookup | undefined }) | undefined;
  normalize: Normalizer | undefined;
  /** After normalising. */
  erasings: readonly { key: Key; erasing: RandomErasing }[];
  /** What comes out, as far as it is known. */
  size: Size;
}

/**
 * Checks that each transform can stand where it does, and prepares it. Step i has the random numbers of the key (…prefix, i). `isEnd`: nothing but
 * the normalisation comes after it.
 *
 * @throws UserError for an order or numbers that cannot be.
 */
export function compileBranch(
  transforms: readonly ViewTransform[],
  prefix: Key,
  input: Size,
  channels: 1 | 3,
  isEnd = true,
): Branch {
  const pixels: { key: Key; transform: PixelTransform }[] = [];
  const erasings: { key: Key; erasing: RandomErasing }[] = [];
  let normalize: Normalizer | undefined;
  let size = input;
  for (const [i, transform] of transforms.entries()) {
    const key = [...prefix, i];
    if (transform.name === 'normalize') {
      if (normalize !== undefined) throw new UserError('transforms: there are two normalize; at most one is allowed');
      checkChannels('normalize.mean', transform.mean, channels);
      checkChannels('normalize.std', transform.std, channels);
      normalize = createNormalizer(transform, channels);
    } else {
      if ('fill' in transform) checkChannels(`${transform.name}.fill`, transform.fill, channels);
      if ('value' in transform) checkChannels(`${transform.name}.value`, transform.value, channels);
      if (normalize === undefined) {
        size = sizeAfter(transform, size, channels);
        pixels.push({ key, transform });
      } else if (transform.name === 'randomErasing') erasings.push({ key, erasing: transform });
      else
        throw new UserError(
          `transforms: ${transform.name} stands after normalize, where only randomErasing may; put it before`,
        );
    }
  }
  return { ...stepsOf(pixels, isEnd), normalize, erasings, size };
}

function checkChannels(what: string, { length }: readonly number[], channels: number): void {
  if (length !== channels && length !== 1)
    throw new UserError(
      `transforms: ${what} has ${length} numbers, but the images have ${channels} channel${channels === 1 ? '' : 's'}`,
    );
}

function stepsOf(
  pixels: readonly { key: Key; transform: PixelTransform }[],
  isEnd: boolean,
): Pick<Branch, 'steps' | 'last'> {
  const steps: BranchStep[] = [];
  for (let i = 0; i < pixels.length; i++) {
    const { key, transform } = pixels[i]!;
    const next = pixels[i + 1];
    if (
      transform.name === 'randomResizedCrop' &&
      next?.transform.name === 'flip' &&
      next.transform.direction === 'horizontal'
    ) {
      steps.push(mirroredCrop(transform, key, next.transform, next.key));
      i++;
      continue;
    }
    const seen = isEnd && next === undefined ? lastStepOf(transform) : undefined;
    if (seen !== undefined) return { steps, last: (image, random, memory) => seen(image, random(...key), memory) };
    const step = stepOf(transform);
    steps.push((image, random, memory) => step(image, random(...key), memory));
  }
  return { steps, last: undefined };
}

/** A random crop and the flip after it in one pass, with the random numbers that each has by itself. */
function mirroredCrop(crop: RandomResizedCrop, cropKey: Key, flip: Flip, flipKey: Key): BranchStep {
  return (image, random, memory) => {
    const parameters = drawRandomResizedCrop(crop, random(...cropKey), image);
    return applyResizedCrop(image, parameters, memory, drawFlip(flip, random(...flipKey)) !== undefined);
  };
}
