import { UserError } from '../../utils/index.js';
import type { ImageShape } from '../pixels.js';
import { augmentationStep, type Step, type Transform } from './augment.js';
import { createNormalizer, type Normalize, type Normalizer } from './normalize.js';

/** A pipeline in the form which the loader runs. */
export interface Pipeline {
  steps: readonly Step[];
  normalize: Normalizer;
}

/**
 * Checks a list of transforms against the images' shape and prepares it. Without a `normalize`, values are in 0 … 1.
 *
 * @throws UserError where `normalize` is not last, or where a number is out of its range.
 */
export function createPipeline(transforms: readonly Transform[], shape: ImageShape): Pipeline {
  const steps: Step[] = [];
  let normalize: Normalize | undefined;
  for (const transform of transforms) {
    if (normalize !== undefined)
      throw new UserError(`transform ${transform.name} stands after normalize, which is last`);
    checkTransform(transform, shape);
    if (transform.name === 'normalize') normalize = transform;
    else steps.push(augmentationStep(transform));
  }
  const { channels } = shape;
  normalize ??= { name: 'normalize', mean: Array(channels).fill(0), std: Array(channels).fill(1) };
  return { steps, normalize: createNormalizer(normalize) };
}

/** One line for logs: `randomCrop(padding=4) → flip(p=0.5) → normalize(mean=[0.5], std=[0.25])`. */
export function describeTransforms(transforms: readonly Transform[]): string {
  return transforms
    .map(({ name, ...parameters }) => {
      const list = Object.entries(parameters).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      return `${name}(${list.join(', ')})`;
    })
    .join(' → ');
}

function checkTransform(transform: Transform, { channels }: ImageShape): void {
  const expect = (holds: boolean, key: string, allowed: string, value: unknown) => {
    if (!holds)
      throw new UserError(`transform ${transform.name}.${key} is ${JSON.stringify(value)}; it must be ${allowed}`);
  };
  switch (transform.name) {
    case 'randomCrop': {
      const { padding } = transform;
      expect(Number.isInteger(padding) && padding >= 0, 'padding', 'a whole number, 0 or more', padding);
      break;
    }
    case 'flip':
      expect(transform.p >= 0 && transform.p <= 1, 'p', 'in 0 … 1', transform.p);
      break;
    case 'affine': {
      const { degrees, translate = [0, 0], scale = [1, 1], shear = 0 } = transform;
      expect(degrees >= 0 && degrees <= 360, 'degrees', 'in 0 … 360', degrees);
      expect(Math.min(...translate) >= 0 && Math.max(...translate) <= 1, 'translate', 'in 0 … 1', translate);
      expect(scale[0] > 0 && scale[1] >= scale[0], 'scale', 'above 0, low before high', scale);
      expect(shear >= 0 && shear < 90, 'shear', 'in 0 … 90', shear);
      break;
    }
    case 'normalize': {
      const { mean, std } = transform;
      const one = `one number for each of the ${channels} channel(s)`;
      expect(mean.length === channels && mean.every(Number.isFinite), 'mean', one, mean);
      expect(std.length === channels && std.every((value) => value > 0), 'std', `${one}, above 0`, std);
    }
  }
}
