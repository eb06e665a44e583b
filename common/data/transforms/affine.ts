import type { ImageShape, Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { type Memory, newMemory } from './memory.js';
import type { Interpolation } from './resample.js';
import { roundEven } from './sizes.js';
import { type Coefficients, warp } from './warp.js';

/** A random rotation, shift, scaling and shear about the middle (torchvision `RandomAffine`). */
export interface Affine {
  name: 'affine';
  /** The angle is drawn from −degrees … degrees, or from a range. Default 0. */
  degrees: number | readonly [low: number, high: number];
  /** The shift is at most this part of the width and of the height; in whole pixels. Default [0, 0]. */
  translate: readonly [x: number, y: number];
  /** The scale is drawn from this range. Default [1, 1]. */
  scale: readonly [low: number, high: number];
  /** The shear along x is drawn from −shear … shear degrees; [x, y]: that along y too. Default 0. */
  shear: number | readonly [x: number, y: number];
  /** Default `bilinear` (torchvision's is `nearest`). */
  interpolation: Interpolation;
  /** Colour outside the image, 0 … 255, a number a channel or one for all. Default [0]. */
  fill: readonly number[];
}

/** In torchvision's terms: degrees clockwise, pixels, factor, degrees. */
export interface AffineParameters extends Pick<Affine, 'interpolation' | 'fill'> {
  angle: number;
  translate: readonly [x: number, y: number];
  scale: number;
  shear: readonly [x: number, y: number];
}

export function drawAffine(transform: Affine, random: CounterRandom, { width, height }: ImageShape): AffineParameters {
  const { translate, scale, shear, interpolation, fill } = transform;
  const angle = random.uniform(...degreesRange(transform));
  const x = roundEven(random.uniform(-translate[0], translate[0]) * width);
  const y = roundEven(random.uniform(-translate[1], translate[1]) * height);
  const factor = random.uniform(...scale);
  const [shearX, shearY] = typeof shear === 'number' ? [shear, 0] : shear;
  const sheared = [random.uniform(-shearX, shearX), random.uniform(-shearY, shearY)] as const;
  return { angle, translate: [x, y], scale: factor, shear: sheared, interpolation, fill };
}

export function degreesRange({ degrees }: Pick<Affine, 'degrees'>): readonly [number, number] {
  return typeof degrees === 'number' ? [-degrees, degrees] : degrees;
}

/** Resamples the image through the inverse of translate · centre · rotate · shear y · shear x · scale · centre⁻¹, about its middle. */
export function applyAffine(image: Pixels, parameters: AffineParameters, memory: Memory = newMemory): Pixels {
  return warp(image, affineMap(parameters, image.width / 2, image.height / 2), parameters, memory);
}

/** torchvision's `_get_inverse_affine_matrix` for a centre in pixels. */
export function affineMap(
  { angle, translate, scale, shear }: Pick<AffineParameters, 'angle' | 'translate' | 'scale' | 'shear'>,
  centreX: number,
  centreY: number,
): Coefficients {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const rotation = radians(angle);
  const [shearX, shearY] = [radians(shear[0]), radians(shear[1])];
  const a = Math.cos(rotation - shearY) / Math.cos(shearY);
  const b = -a * Math.tan(shearX) - Math.sin(rotation);
  const c = Math.sin(rotation - shearY) / Math.cos(shearY);
  const d = -c * Math.tan(shearX) + Math.cos(rotation);
  const [m0, m1, m3, m4] = [d / scale, -b / scale, -c / scale, a / scale];
  const [x, y] = [-centreX - translate[0], -centreY - translate[1]];
  return [m0, m1, m0 * x + m1 * y + centreX, m3, m4, m3 * x + m4 * y + centreY, 0, 0];
}
