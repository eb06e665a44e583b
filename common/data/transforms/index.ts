export { type Affine, type AffineParameters, applyAffine, drawAffine } from './affine.js';
export { type AugmentLevel, operationAt } from './augmentLevels.js';
export { type Autocontrast, applyAutocontrast, drawAutocontrast } from './autocontrast.js';
export type { RandomOf } from './branch.js';
export { applyCenterCrop, type CenterCrop } from './centerCrop.js';
export { checkTransforms } from './check.js';
export { applyColorJitter, type ColorJitter, type ColorJitterParameters, drawColorJitter } from './colorJitter.js';
export { describeTransform, describeTransforms } from './describe.js';
export { drawBeta, drawGamma, drawNormal } from './distributions.js';
export { applyEqualize, drawEqualize, type Equalize } from './equalize.js';
export { evaluationTransforms, type TransformRecipe } from './evaluation.js';
export { applyFlip, drawFlip, type Flip, type FlipParameters } from './flip.js';
export { applyGaussianBlur, drawGaussianBlur, type GaussianBlur, type GaussianBlurParameters } from './gaussianBlur.js';
export { applyGrayscale, drawGrayscale, type Grayscale } from './grayscale.js';
export { applyInvert, drawInvert, type Invert } from './invert.js';
export type { Memory } from './memory.js';
export * from './mix/index.js';
export type { MultiCrop } from './multiCrop.js';
export { createNormalizer, type Normalize, type Normalizer } from './normalize.js';
export { type AugmentParameters, applyAugment, type Operation } from './operation.js';
export { applyPad, type Pad } from './pad.js';
export type { PaddingMode, Window } from './padding.js';
export { applyPerspective, drawPerspective, type Perspective, type PerspectiveParameters } from './perspective.js';
export { createPipeline, type Pipeline, type PipelineInput } from './pipeline.js';
export { applyPosterize, drawPosterize, type Posterize, type PosterizeParameters } from './posterize.js';
export { applyRandAugment, drawRandAugment, type RandAugment } from './randAugment.js';
export { parseRandAugment, type RandAugmentPolicy } from './randAugmentPolicy.js';
export { applyCrop, type CropParameters, drawRandomCrop, type RandomCrop } from './randomCrop.js';
export {
  applyErasing,
  applyErasingNormalized,
  drawErasing,
  type ErasingParameters,
  type RandomErasing,
} from './randomErasing.js';
export {
  applyResizedCrop,
  drawRandomResizedCrop,
  type RandomResizedCrop,
  type ResizedCropParameters,
} from './randomResizedCrop.js';
export type { Interpolation } from './resample.js';
export { applyResize, type Resize } from './resize.js';
export { applyRotation, drawRotation, type Rotation, type RotationParameters } from './rotation.js';
export { recipeSchema, type TransformInput, transformSchema, transformsSchema } from './schema.js';
export { applySharpness, drawSharpness, type Sharpness, type SharpnessParameters } from './sharpness.js';
export type { SizeOption } from './sizes.js';
export { applySolarize, drawSolarize, type Solarize, type SolarizeParameters } from './solarize.js';
export { applyTransform, type PixelTransform, type Transform, type ViewTransform } from './table.js';
export { applyTrivialAugment, drawTrivialAugment, type TrivialAugment } from './trivialAugment.js';
