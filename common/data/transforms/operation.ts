import type { Pixels } from '../pixels.js';
import { applyAutocontrast } from './autocontrast.js';
import { brightnessLookup, contrastLookup, saturate } from './enhance.js';
import { applyEqualize } from './equalize.js';
import { applyGaussianBlur } from './gaussianBlur.js';
import { applyInvert } from './invert.js';
import { applyLookup, createLookup } from './lookup.js';
import { type Memory, newMemory } from './memory.js';
import { applyPosterize } from './posterize.js';
import type { Interpolation } from './resample.js';
import { applyRotation } from './rotation.js';
import { applySharpness } from './sharpness.js';
import { applySolarize } from './solarize.js';
import { type Coefficients, type WarpOptions, warp } from './warp.js';

/**
 * One operation of an automatic augmentation with its amount, in Pillow's terms: factors as ImageEnhance takes them (1: unchanged), shears as
 * the tangent, shifts in pixels (positive: to the left, upwards), angles in degrees counter-clockwise.
 */
export type Operation =
  | { op: 'autocontrast' }
  | { op: 'equalize' }
  | { op: 'invert' }
  | { op: 'posterize'; bits: number }
  | { op: 'solarize'; threshold: number }
  | { op: 'solarizeAdd'; amount: number }
  | { op: 'brightness' | 'contrast' | 'color' | 'sharpness'; factor: number }
  | { op: 'gaussianBlur'; sigma: number }
  | { op: 'shearX' | 'shearY'; factor: number; interpolation: Interpolation }
  | { op: 'translateX' | 'translateY'; pixels: number; interpolation: Interpolation }
  | { op: 'rotate'; angle: number; interpolation: Interpolation };

/** What an automatic augmentation does to one image. */
export interface AugmentParameters {
  operations: readonly Operation[];
  /** Colour outside the image, 0 … 255, a number a channel or one for all. */
  fill: readonly number[];
}

/** One after another. */
export function applyAugment(
  image: Pixels,
  { operations, fill }: AugmentParameters,
  memory: Memory = newMemory,
): Pixels {
  return operations.reduce((current, operation) => applyOperation(current, operation, fill, memory), image);
}

function applyOperation(image: Pixels, operation: Operation, fill: readonly number[], memory: Memory): Pixels {
  switch (operation.op) {
    case 'autocontrast':
      return applyAutocontrast(image, {}, memory);
    case 'equalize':
      return applyEqualize(image, {}, memory);
    case 'invert':
      return applyInvert(image, {}, memory);
    case 'posterize':
      return applyPosterize(image, operation, memory);
    case 'solarize':
      return applySolarize(image, operation, memory);
    case 'solarizeAdd':
      return applyLookup(image, solarizeAddLookup(operation.amount), memory);
    case 'brightness':
      return applyLookup(image, brightnessLookup(operation.factor), memory);
    case 'contrast':
      return applyLookup(image, contrastLookup(image, operation.factor), memory);
    case 'color':
      return applyColor(image, operation.factor, memory);
    case 'sharpness':
      return applySharpness(image, operation, memory);
    case 'gaussianBlur':
      return applyGaussianBlur(image, { sigma: operation.sigma, kernelSize: null, mode: 'edge' }, memory);
    case 'rotate':
      return applyRotation(image, { ...operation, fill }, memory);
    default: {
      const options: WarpOptions = { interpolation: operation.interpolation, fill };
      return warp(image, mapOf(operation), options, memory);
    }
  }
}

type Move = Extract<Operation, { op: 'shearX' | 'shearY' | 'translateX' | 'translateY' }>;

function mapOf(move: Move): Coefficients {
  switch (move.op) {
    case 'shearX':
      return [1, move.factor, 0, 0, 1, 0, 0, 0];
    case 'shearY':
      return [1, 0, 0, move.factor, 1, 0, 0, 0];
    case 'translateX':
      return [1, 0, move.pixels, 0, 1, 0, 0, 0];
    case 'translateY':
      return [1, 0, 0, 0, 1, move.pixels, 0, 0];
  }
}

/** Values below 128 become lighter (timm's `solarize_add`). */
const solarizeAddLookup = (amount: number) => createLookup((v) => (v < 128 ? Math.min(255, v + amount) : v));

function applyColor(image: Pixels, factor: number, memory: Memory): Pixels {
  const { height, width, channels } = image;
  if (channels === 1) return image;
  const data = memory(height * width * channels);
  saturate(image, factor, data);
  return { data, height, width, channels };
}
