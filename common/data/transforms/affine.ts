import type { ImageShape } from '../pixels.js';
import type { CounterRandom } from '../random.js';

/** A random rotation, shift, scaling and shear about the middle (torchvision `RandomAffine`), bilinear, black outside. */
export interface Affine {
  name: 'affine';
  /** The angle is drawn from −degrees … degrees. */
  degrees: number;
  /** The shift is at most this part of the width and of the height; in whole pixels. Default [0, 0]. */
  translate?: readonly [x: number, y: number];
  /** The scale is drawn from this range. Default [1, 1]. */
  scale?: readonly [low: number, high: number];
  /** The horizontal shear is drawn from −shear … shear degrees. Default 0. */
  shear?: number;
}

/** In torchvision's terms: degrees clockwise, pixels, factor, degrees. */
export interface AffineParameters {
  angle: number;
  translate: readonly [x: number, y: number];
  scale: number;
  shear: number;
}

export function drawAffine(transform: Affine, random: CounterRandom, { width, height }: ImageShape): AffineParameters {
  const { degrees, translate = [0, 0], scale = [1, 1], shear = 0 } = transform;
  const angle = random.uniform(-degrees, degrees);
  const x = Math.round(random.uniform(-translate[0], translate[0]) * width);
  const y = Math.round(random.uniform(-translate[1], translate[1]) * height);
  return { angle, translate: [x, y], scale: random.uniform(...scale), shear: random.uniform(-shear, shear) };
}

/**
 * Resamples `source` into `target`: every target pixel looks up, by the inverse of
 * translate · centre · rotate · shear · scale · centre⁻¹, its place in the source (pixel centres, bilinear, 0 outside, rounded).
 */
export function affine(source: Uint8Array, shape: ImageShape, parameters: AffineParameters, target: Uint8Array): void {
  const { height, width, channels } = shape;
  const [a, b, c, d] = inverse(parameters);
  const centreX = (width - 1) / 2;
  const centreY = (height - 1) / 2;
  for (let y = 0; y < height; y++) {
    const dy = y - centreY - parameters.translate[1];
    for (let x = 0; x < width; x++) {
      const dx = x - centreX - parameters.translate[0];
      bilinear(source, shape, a * dx + b * dy + centreX, c * dx + d * dy + centreY, target, (y * width + x) * channels);
    }
  }
}

/** The inverse of the 2×2 part, row by row, as in torchvision's `_get_inverse_affine_matrix` with a horizontal shear. */
function inverse({ angle, scale, shear }: AffineParameters): readonly [number, number, number, number] {
  const rotation = (angle * Math.PI) / 180;
  const tangent = Math.tan((shear * Math.PI) / 180);
  const cos = Math.cos(rotation);
  const sin = Math.sin(rotation);
  return [(cos - tangent * sin) / scale, (sin + tangent * cos) / scale, -sin / scale, cos / scale];
}

function bilinear(source: Uint8Array, shape: ImageShape, x: number, y: number, target: Uint8Array, to: number): void {
  const { height, width, channels } = shape;
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const right = x - x0;
  const low = y - y0;
  const inLeft = x0 >= 0 && x0 < width;
  const inRight = x0 + 1 >= 0 && x0 + 1 < width;
  const top = y0 >= 0 && y0 < height ? (y0 * width + x0) * channels : -1;
  const bottom = y0 + 1 >= 0 && y0 + 1 < height ? ((y0 + 1) * width + x0) * channels : -1;
  const hasTop = y0 >= 0 && y0 < height;
  const hasBottom = y0 + 1 >= 0 && y0 + 1 < height;
  for (let c = 0; c < channels; c++) {
    let value = 0;
    if (hasTop && inLeft) value += (1 - low) * (1 - right) * source[top + c]!;
    if (hasTop && inRight) value += (1 - low) * right * source[top + channels + c]!;
    if (hasBottom && inLeft) value += low * (1 - right) * source[bottom + c]!;
    if (hasBottom && inRight) value += low * right * source[bottom + channels + c]!;
    target[to + c] = Math.round(value);
  }
}
