import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { type Memory, newMemory } from './memory.js';
import { type PaddingMode, placeOutside } from './padding.js';

/** Blurs with a Gaussian of random width (torchvision `GaussianBlur`; SimCLR and DINO use it with a probability). */
export interface GaussianBlur {
  name: 'gaussianBlur';
  /** How often. Default 1. */
  p: number;
  /** The standard deviation in pixels is drawn from this range. Default [0.1, 2]. */
  sigma: readonly [low: number, high: number];
  /** Pixels a side of the kernel, odd; null (the default): three standard deviations to each side. */
  kernelSize: number | null;
}

export interface GaussianBlurParameters {
  sigma: number;
  kernelSize: number | null;
  /** Beyond the border. Default `reflect`, as torchvision. */
  mode?: Exclude<PaddingMode, 'constant'>;
}

export function drawGaussianBlur(
  { p, sigma, kernelSize }: GaussianBlur,
  random: CounterRandom,
): GaussianBlurParameters | undefined {
  return random.uniform() < p ? { sigma: random.uniform(...sigma), kernelSize } : undefined;
}

/** Columns, then rows, in single precision, the two taps of a weight together; rounded at the end. */
export function applyGaussianBlur(
  image: Pixels,
  { sigma, kernelSize, mode = 'reflect' }: GaussianBlurParameters,
  memory: Memory = newMemory,
): Pixels {
  const { data: source, height, width, channels } = image;
  const stride = width * channels;
  const target = memory(height * stride);
  const weights = gaussian(sigma, kernelSize);
  const reach = weights.length - 1;
  // A row of the image, blurred downwards, with what stands outside it at both ends.
  const margin = reach * channels;
  const row = new Float32Array(stride + 2 * margin);
  for (let y = 0; y < height; y++) {
    blurColumn(source, y, height, stride, weights, mode, row, margin);
    for (let i = 1; i <= reach; i++)
      for (let c = 0; c < channels; c++) {
        row[margin - i * channels + c] = row[margin + placeOutside(-i, width, mode) * channels + c]!;
        row[margin + stride + (i - 1) * channels + c] =
          row[margin + placeOutside(width - 1 + i, width, mode) * channels + c]!;
      }
    for (let x = 0, to = y * stride, at = margin; x < stride; x++, at++) {
      let sum = 0.5 + weights[0]! * row[at]!;
      for (let k = 1, step = channels; k <= reach; k++, step += channels)
        sum += weights[k]! * (row[at - step]! + row[at + step]!);
      target[to + x] = sum;
    }
  }
  return { data: target, height, width, channels };
}

/** Row `y` of the image blurred downwards: a sum of whole rows, so that the weights stand outside the long loop. */
function blurColumn(
  source: Uint8Array,
  y: number,
  height: number,
  stride: number,
  weights: Float32Array,
  mode: PaddingMode,
  row: Float32Array,
  margin: number,
): void {
  const middle = weights[0]!;
  const here = y * stride;
  for (let x = 0; x < stride; x++) row[margin + x] = middle * source[here + x]!;
  for (let k = 1; k < weights.length; k++) {
    const weight = weights[k]!;
    const above = placeOutside(y - k, height, mode) * stride;
    const below = placeOutside(y + k, height, mode) * stride;
    for (let x = 0; x < stride; x++) row[margin + x]! += weight * (source[above + x]! + source[below + x]!);
  }
}

/** The middle weight and those to one side; with the other side their sum is 1. Taps too small to change an 8-bit result are left out. */
function gaussian(sigma: number, kernelSize: number | null): Float32Array {
  const reach = kernelSize === null ? Math.ceil(3 * sigma) : (kernelSize - 1) / 2;
  const side = Float64Array.from({ length: reach + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2));
  const sum = 2 * side.reduce((a, b) => a + b, 0) - 1;
  const last = side.findLastIndex((weight) => weight / sum > 1e-5);
  return Float32Array.from(side.subarray(0, last + 1), (weight) => weight / sum);
}
