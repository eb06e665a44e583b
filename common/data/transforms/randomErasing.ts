import { type ImageShape, type Pixels, volume } from '../pixels.js';
import { CounterRandom } from '../random.js';
import { drawNormal } from './distributions.js';
import { type Memory, newMemory } from './memory.js';
import type { Window } from './padding.js';
import { roundEven } from './sizes.js';

/**
 * Fills random rectangles (Zhong et al. 2020; timm and torchvision `RandomErasing`). After `normalize`, where timm and torchvision have it, colours
 * are in normalised units and random ones normally distributed; before it they are 0 … 255 and random ones uniform, as in the paper.
 */
export interface RandomErasing {
  name: 'randomErasing';
  /** Default 0.5. */
  p: number;
  /** The rectangle's part of the image's area, uniform in this range. Default [0.02, 1/3]. */
  scale: readonly [low: number, high: number];
  /** The logarithm of its height / width is uniform between the logarithms of these. Default [0.3, 1/0.3]. */
  ratio: readonly [low: number, high: number];
  /** `const`: filled with `value`; `rand`: with a random colour; `pixel`: every number random. Default `const`. */
  mode: 'const' | 'rand' | 'pixel';
  /** The colour of `const`, a number a channel or one for all. Default [0]. */
  value: readonly number[];
  /** How many rectangles, drawn from this range; they share the area. Default [1, 1]. */
  count: readonly [low: number, high: number];
}

export interface ErasingParameters {
  boxes: readonly Window[];
  mode: RandomErasing['mode'];
  value: readonly number[];
  /** Of the random colours. */
  seed: number;
}

/** Ten tries for each rectangle, as in timm; it is smaller than the image in both directions, or is left out. */
export function drawErasing(
  { p, scale, ratio, mode, value, count }: RandomErasing,
  random: CounterRandom,
  { height, width }: Pick<ImageShape, 'height' | 'width'>,
): ErasingParameters | undefined {
  if (random.uniform() >= p) return undefined;
  const boxes: Window[] = [];
  const number = count[0] + random.integer(count[1] - count[0] + 1);
  for (let i = 0; i < number; i++) {
    const box = drawBox((height * width) / number, scale, ratio, random, height, width);
    if (box !== undefined) boxes.push(box);
  }
  return { boxes, mode, value, seed: random.bits() };
}

function drawBox(
  area: number,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  random: CounterRandom,
  height: number,
  width: number,
): Window | undefined {
  for (let attempt = 0; attempt < 10; attempt++) {
    const target = area * random.uniform(...scale);
    const aspect = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const h = roundEven(Math.sqrt(target * aspect));
    const w = roundEven(Math.sqrt(target / aspect));
    if (h >= height || w >= width) continue;
    return { top: random.integer(height - h + 1), left: random.integer(width - w + 1), height: h, width: w };
  }
  return undefined;
}

export function applyErasing(image: Pixels, parameters: ErasingParameters, memory: Memory = newMemory): Pixels {
  const { height, width, channels } = image;
  const data = memory(volume(image));
  data.set(image.data.subarray(0, data.length));
  erase(data, 0, image, parameters, (random) => random.integer(256));
  return { data, height, width, channels };
}

/** The same on a normalised image that lies at `offset` of a larger buffer. */
export function applyErasingNormalized(
  values: Float32Array,
  offset: number,
  shape: ImageShape,
  parameters: ErasingParameters,
): void {
  erase(values, offset, shape, parameters, drawNormal);
}

/** Draws and applies. */
export function eraseNormalized(
  values: Float32Array,
  offset: number,
  shape: ImageShape,
  transform: RandomErasing,
  random: CounterRandom,
): void {
  const parameters = drawErasing(transform, random, shape);
  if (parameters !== undefined) applyErasingNormalized(values, offset, shape, parameters);
}

function erase(
  target: Float32Array | Uint8Array,
  offset: number,
  { width, channels }: ImageShape,
  { boxes, mode, value, seed }: ErasingParameters,
  draw: (random: CounterRandom) => number,
): void {
  const random = new CounterRandom(seed);
  for (const box of boxes) {
    const colour = Array.from({ length: channels }, (_, c) =>
      mode === 'rand' ? draw(random) : value[c % value.length]!,
    );
    for (let y = box.top; y < box.top + box.height; y++) {
      const from = offset + (y * width + box.left) * channels;
      for (let i = 0; i < box.width * channels; i++)
        target[from + i] = mode === 'pixel' ? draw(random) : colour[i % channels]!;
    }
  }
}
