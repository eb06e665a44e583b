import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { degreesRange } from './affine.js';
import { type Memory, newMemory } from './memory.js';
import type { Interpolation } from './resample.js';
import { type Coefficients, warp } from './warp.js';

/** A random rotation about the middle; the size stays (torchvision `RandomRotation`). */
export interface Rotation {
  name: 'rotation';
  /** The angle is drawn from −degrees … degrees, or from a range; counter-clockwise. */
  degrees: number | readonly [low: number, high: number];
  /** Default `bilinear` (torchvision's is `nearest`). */
  interpolation: Interpolation;
  /** Colour outside the image, 0 … 255, a number a channel or one for all. Default [0]. */
  fill: readonly number[];
}

/** Degrees counter-clockwise, as in Pillow and in torchvision's `rotate` (its `affine` turns the other way). */
export interface RotationParameters extends Pick<Rotation, 'interpolation' | 'fill'> {
  angle: number;
}

export function drawRotation(transform: Rotation, random: CounterRandom): RotationParameters {
  const { interpolation, fill } = transform;
  return { angle: random.uniform(...degreesRange(transform)), interpolation, fill };
}

export function applyRotation(image: Pixels, parameters: RotationParameters, memory: Memory = newMemory): Pixels {
  const angle = ((parameters.angle % 360) + 360) % 360;
  return angle === 0 ? image : warp(image, rotationMap(angle, image), parameters, memory);
}

/** Pillow's matrix: sine and cosine have 15 decimals, so that quarter turns are exact. */
function rotationMap(degrees: number, { height, width }: Pixels): Coefficients {
  const radians = (-degrees * Math.PI) / 180;
  const cos = Number(Math.cos(radians).toFixed(15));
  const sin = Number(Math.sin(radians).toFixed(15));
  const [x, y] = [width / 2, height / 2];
  return [cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y, 0, 0];
}
