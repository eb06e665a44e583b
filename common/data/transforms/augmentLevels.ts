import type { ImageShape } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import type { Operation } from './operation.js';
import type { Interpolation } from './resample.js';

/** What turns a level (0 … 10) into an amount may look at. */
interface Situation {
  shape: ImageShape;
  /** −1 or 1, drawn anew at every use. */
  sign(): number;
  interpolation(): Interpolation;
}

const whole = (level: number, most: number) => Math.trunc((level / 10) * most);
const enhance = (level: number) => (level / 10) * 1.8 + 0.1;
const growing = (level: number, { sign }: Situation) => Math.max(0.1, 1 + sign() * (level / 10) * 0.9);
const between = (level: number, low: number, high: number) =>
  Math.max(low, Math.min(high, low + (high - low) * (level / 10)));

/**
 * timm's operations and how each reads its level (auto_augment.py, LEVEL_TO_ARG). Posterize with 0 bits is black, as it was in Pillow until 12;
 * newer ones refuse it.
 */
const levels = {
  AutoContrast: () => ({ op: 'autocontrast' }),
  Equalize: () => ({ op: 'equalize' }),
  Invert: () => ({ op: 'invert' }),
  Rotate: (level, { sign, interpolation }) => ({
    op: 'rotate',
    angle: sign() * (level / 10) * 30,
    interpolation: interpolation(),
  }),
  Posterize: (level) => ({ op: 'posterize', bits: whole(level, 4) }),
  PosterizeIncreasing: (level) => ({ op: 'posterize', bits: 4 - whole(level, 4) }),
  Solarize: (level) => ({ op: 'solarize', threshold: Math.min(256, whole(level, 256)) }),
  SolarizeIncreasing: (level) => ({ op: 'solarize', threshold: 256 - Math.min(256, whole(level, 256)) }),
  SolarizeAdd: (level) => ({ op: 'solarizeAdd', amount: Math.min(128, whole(level, 110)) }),
  Color: (level) => ({ op: 'color', factor: enhance(level) }),
  ColorIncreasing: (level, at) => ({ op: 'color', factor: growing(level, at) }),
  Contrast: (level) => ({ op: 'contrast', factor: enhance(level) }),
  ContrastIncreasing: (level, at) => ({ op: 'contrast', factor: growing(level, at) }),
  Brightness: (level) => ({ op: 'brightness', factor: enhance(level) }),
  BrightnessIncreasing: (level, at) => ({ op: 'brightness', factor: growing(level, at) }),
  Sharpness: (level) => ({ op: 'sharpness', factor: enhance(level) }),
  SharpnessIncreasing: (level, at) => ({ op: 'sharpness', factor: growing(level, at) }),
  ShearX: (level, { sign, interpolation }) => ({
    op: 'shearX',
    factor: sign() * (level / 10) * 0.3,
    interpolation: interpolation(),
  }),
  ShearY: (level, { sign, interpolation }) => ({
    op: 'shearY',
    factor: sign() * (level / 10) * 0.3,
    interpolation: interpolation(),
  }),
  TranslateXRel: (level, { sign, interpolation, shape }) => ({
    op: 'translateX',
    pixels: sign() * (level / 10) * 0.45 * shape.width,
    interpolation: interpolation(),
  }),
  TranslateYRel: (level, { sign, interpolation, shape }) => ({
    op: 'translateY',
    pixels: sign() * (level / 10) * 0.45 * shape.height,
    interpolation: interpolation(),
  }),
  Desaturate: (level) => ({ op: 'color', factor: Math.min(1, Math.max(0, 1 - between(level, 0.5, 1))) }),
  GaussianBlur: (level) => ({ op: 'gaussianBlur', sigma: between(level, 0.1, 2) }),
} satisfies Record<string, (level: number, at: Situation) => Operation>;

/** The name of an operation in timm. */
export type AugmentLevel = keyof typeof levels;

/** The operation of this name at a level of 0 … 10 (or more, where `mmax` allows it). */
export function operationAt(
  name: AugmentLevel,
  level: number,
  shape: ImageShape,
  random: CounterRandom,
  interpolation: 'random' | Interpolation,
): Operation {
  return levels[name](level, {
    shape,
    sign: () => (random.uniform() < 0.5 ? -1 : 1),
    interpolation: () =>
      interpolation === 'random' ? (random.uniform() < 0.5 ? 'bilinear' : 'bicubic') : interpolation,
  });
}
