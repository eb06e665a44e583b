import { heightAndWidth } from './sizes.js';
import type { Transform, ViewTransform } from './table.js';

/** Transforms for training and for everything else, where a recipe says both. */
export interface TransformRecipe {
  train: readonly Transform[];
  eval: readonly Transform[];
}

/**
 * What is done to an image that is predicted, validated or tested. A recipe says so itself. Of a list for training, what depends on chance is left
 * out, and random crops become those in the middle: `randomResizedCrop` of size s a resize of the shorter side to s / 0.875 and a centre crop of s
 * (as torchvision's and timm's recipes do), `randomCrop` of a size a centre crop. Of a multi-crop the first kind of view counts.
 */
export function evaluationTransforms(transforms: readonly Transform[] | TransformRecipe): Transform[] {
  if ('eval' in transforms) return [...transforms.eval];
  return transforms.flatMap((transform): Transform[] =>
    transform.name === 'multiCrop' ? (transform.crops[0]?.transforms ?? []).flatMap(evaluated) : evaluated(transform),
  );
}

function evaluated(transform: ViewTransform): ViewTransform[] {
  switch (transform.name) {
    case 'randomResizedCrop': {
      const { size, interpolation } = transform;
      const shorter = Math.round(Math.max(...heightAndWidth(size)) / 0.875);
      return [
        { name: 'resize', size: shorter, interpolation },
        { name: 'centerCrop', size },
      ];
    }
    case 'randomCrop':
      return transform.size === null ? [] : [{ name: 'centerCrop', size: transform.size }];
    default:
      return isCertain(transform) ? [transform] : [];
  }
}

/** Whether a transform does the same to every image. */
function isCertain(transform: Exclude<ViewTransform, { name: 'randomResizedCrop' | 'randomCrop' }>): boolean {
  switch (transform.name) {
    case 'resize':
    case 'centerCrop':
    case 'pad':
    case 'normalize':
      return true;
    case 'flip':
    case 'grayscale':
    case 'solarize':
    case 'posterize':
    case 'equalize':
    case 'autocontrast':
    case 'invert':
    case 'sharpness':
      return transform.p === 1;
    default:
      return false;
  }
}
