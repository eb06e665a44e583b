import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { type Affine, applyAffine, drawAffine } from './affine.js';
import { type Autocontrast, applyAutocontrast, drawAutocontrast } from './autocontrast.js';
import { applyCenterCrop, type CenterCrop } from './centerCrop.js';
import { applyColorJitter, type ColorJitter, drawColorJitter, jitterSeen } from './colorJitter.js';
import { applyEqualize, drawEqualize, type Equalize } from './equalize.js';
import { applyFlip, drawFlip, type Flip } from './flip.js';
import { applyGaussianBlur, drawGaussianBlur, type GaussianBlur } from './gaussianBlur.js';
import { applyGrayscale, drawGrayscale, type Grayscale } from './grayscale.js';
import { applyInvert, drawInvert, type Invert } from './invert.js';
import type { Memory } from './memory.js';
import type { MultiCrop } from './multiCrop.js';
import type { Normalize } from './normalize.js';
import { applyPad, type Pad, sides } from './pad.js';
import { applyPerspective, drawPerspective, type Perspective } from './perspective.js';
import { applyPosterize, drawPosterize, type Posterize } from './posterize.js';
import { applyRandAugment, drawRandAugment, type RandAugment } from './randAugment.js';
import { applyCrop, drawRandomCrop, type RandomCrop } from './randomCrop.js';
import { applyErasing, drawErasing, type RandomErasing } from './randomErasing.js';
import { applyResizedCrop, drawRandomResizedCrop, type RandomResizedCrop } from './randomResizedCrop.js';
import { applyResize, type Resize, resizedSize } from './resize.js';
import { applyRotation, drawRotation, type Rotation } from './rotation.js';
import { applySharpness, drawSharpness, type Sharpness } from './sharpness.js';
import { sizeOf } from './sizes.js';
import { applySolarize, drawSolarize, type Solarize } from './solarize.js';
import { drawn, fixed, type Kind, type SeenStep, type Size, type Step } from './step.js';
import { applyTrivialAugment, drawTrivialAugment, type TrivialAugment } from './trivialAugment.js';

/** What changes an image's 8-bit pixels, by name. */
export interface PixelTransforms {
  resize: Resize;
  centerCrop: CenterCrop;
  pad: Pad;
  randomCrop: RandomCrop;
  randomResizedCrop: RandomResizedCrop;
  flip: Flip;
  rotation: Rotation;
  affine: Affine;
  perspective: Perspective;
  colorJitter: ColorJitter;
  grayscale: Grayscale;
  gaussianBlur: GaussianBlur;
  solarize: Solarize;
  posterize: Posterize;
  equalize: Equalize;
  autocontrast: Autocontrast;
  invert: Invert;
  sharpness: Sharpness;
  randAugment: RandAugment;
  trivialAugment: TrivialAugment;
  randomErasing: RandomErasing;
}

export type PixelTransform = PixelTransforms[keyof PixelTransforms];

/** What may stand in a view of a multi-crop. */
export type ViewTransform = PixelTransform | Normalize;

/** One entry of a pipeline, as `checkTransforms` gives it: plain data with every default filled in. */
export type Transform = ViewTransform | MultiCrop;

const kinds: { [K in keyof PixelTransforms]: Kind<PixelTransforms[K]> } = {
  resize: { step: fixed(applyResize), size: resizedSize },
  centerCrop: { step: fixed(applyCenterCrop), size: ({ size }) => sizeOf(size) },
  pad: { step: fixed(applyPad), size: paddedSize },
  randomCrop: {
    step: drawn(drawRandomCrop, applyCrop),
    size: ({ size }, input) => (size === null ? input : sizeOf(size)),
  },
  randomResizedCrop: { step: drawn(drawRandomResizedCrop, applyResizedCrop), size: ({ size }) => sizeOf(size) },
  flip: { step: drawn(drawFlip, applyFlip) },
  rotation: { step: drawn(drawRotation, applyRotation) },
  affine: { step: drawn(drawAffine, applyAffine) },
  perspective: { step: drawn(drawPerspective, applyPerspective) },
  colorJitter: {
    step: drawn(drawColorJitter, applyColorJitter),
    seen: (transform) => (image, random, memory) => jitterSeen(image, drawColorJitter(transform, random) ?? [], memory),
  },
  grayscale: { step: drawn(drawGrayscale, applyGrayscale) },
  gaussianBlur: { step: drawn(drawGaussianBlur, applyGaussianBlur) },
  solarize: { step: drawn(drawSolarize, applySolarize) },
  posterize: { step: drawn(drawPosterize, applyPosterize) },
  equalize: { step: drawn(drawEqualize, applyEqualize) },
  autocontrast: { step: drawn(drawAutocontrast, applyAutocontrast) },
  invert: { step: drawn(drawInvert, applyInvert) },
  sharpness: { step: drawn(drawSharpness, applySharpness) },
  randAugment: { step: drawn(drawRandAugment, applyRandAugment) },
  trivialAugment: { step: drawn(drawTrivialAugment, applyTrivialAugment) },
  randomErasing: { step: drawn(drawErasing, applyErasing) },
};

/** A transform of its own name: lets the table's entry be found without a switch. */
type Named<K extends keyof PixelTransforms = keyof PixelTransforms> = { [N in K]: { name: N } & PixelTransforms[N] }[K];

export function stepOf<K extends keyof PixelTransforms>(transform: Named<K>): Step {
  return kinds[transform.name].step(transform);
}

/** The step for the end of a pipeline, where there is one that is faster there. */
export function lastStepOf<K extends keyof PixelTransforms>(transform: Named<K>): SeenStep | undefined {
  return kinds[transform.name].seen?.(transform);
}

/** The size that comes out of a transform; throws a UserError where it cannot follow on this size. */
export function sizeAfter<K extends keyof PixelTransforms>(transform: Named<K>, input: Size, channels: number): Size {
  return kinds[transform.name].size?.(transform, input, channels) ?? input;
}

/** Draws and applies one transform to one image. */
export function applyTransform(
  transform: PixelTransform,
  image: Pixels,
  random: CounterRandom,
  memory?: Memory,
): Pixels {
  return stepOf(transform)(image, random, memory ?? ((length) => new Uint8Array(length)));
}

function paddedSize(pad: Pad, { height, width }: Size): Size {
  const [left, top, right, bottom] = sides(pad);
  const plus = (side: number | undefined, more: number) => (side === undefined ? undefined : side + more);
  return { height: plus(height, top + bottom), width: plus(width, left + right) };
}
