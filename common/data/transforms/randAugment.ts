import type { ImageShape, Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { type AugmentLevel, operationAt } from './augmentLevels.js';
import { drawNormal } from './distributions.js';
import type { Memory } from './memory.js';
import { type AugmentParameters, applyAugment } from './operation.js';
import { operationsOf, parseRandAugment, type RandAugmentPolicy } from './randAugmentPolicy.js';
import type { Interpolation } from './resample.js';

/** A few random operations of one strength (Cubuk et al. 2020), in timm's form. */
export interface RandAugment {
  name: 'randAugment';
  /** timm's string, e.g. `rand-m9-mstd0.5-inc1` (`parseRandAugment` has the sections). */
  policy: string;
  /** Of what moves pixels; `random` (timm's default, and here): bilinear or bicubic, each time anew. */
  interpolation: 'random' | Interpolation;
  /** Colour outside the image, 0 … 255, a number a channel or one for all. Default [128]; timm's recipes give the mean. */
  fill: readonly number[];
}

export function drawRandAugment(
  { policy: text, interpolation, fill }: RandAugment,
  random: CounterRandom,
  shape: ImageShape,
): AugmentParameters {
  const policy = parseRandAugment(text);
  const chosen = choose(policy, random).filter(() => random.uniform() < policy.p);
  const operations = chosen.map((name) => operationAt(name, drawLevel(policy, random), shape, random, interpolation));
  return { operations, fill };
}

function drawLevel({ magnitude, std, max }: RandAugmentPolicy, random: CounterRandom): number {
  const level =
    std === 0 ? magnitude : std === Infinity ? random.uniform(0, magnitude) : drawNormal(random, magnitude, std);
  return Math.max(0, Math.min(max, level));
}

function choose(policy: RandAugmentPolicy, random: CounterRandom): AugmentLevel[] {
  const { names, weights } = operationsOf(policy);
  if (weights === undefined) return Array.from({ length: policy.layers }, () => names[random.integer(names.length)]!);
  const left = [...weights];
  return Array.from({ length: Math.min(policy.layers, names.length) }, () => {
    let rest = random.uniform() * left.reduce((a, b) => a + b, 0);
    let i = 0;
    while (i < left.length - 1 && (left[i] === 0 || rest >= left[i]!)) rest -= left[i++]!;
    left[i] = 0;
    return names[i]!;
  });
}

export function applyRandAugment(image: Pixels, parameters: AugmentParameters, memory?: Memory): Pixels {
  return applyAugment(image, parameters, memory);
}
