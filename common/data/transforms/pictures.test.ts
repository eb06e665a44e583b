// Fixed parameters give the pictures of torchvision, Pillow and timm (fixtures/make.py).
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Pixels } from '../pixels.js';
import { applyAffine } from './affine.js';
import { applyAutocontrast } from './autocontrast.js';
import { applyCenterCrop } from './centerCrop.js';
import { applyColorJitter } from './colorJitter.js';
import { applyEqualize } from './equalize.js';
import { applyFlip } from './flip.js';
import { applyGaussianBlur } from './gaussianBlur.js';
import { applyGrayscale } from './grayscale.js';
import { applyInvert } from './invert.js';
import { applyAugment } from './operation.js';
import { applyPad } from './pad.js';
import { applyPerspective } from './perspective.js';
import { applyPosterize } from './posterize.js';
import { applyResizedCrop } from './randomResizedCrop.js';
import { applyResize } from './resize.js';
import { applyRotation } from './rotation.js';
import { applySharpness } from './sharpness.js';
import { applySolarize } from './solarize.js';

interface Picture {
  height: number;
  width: number;
  channels: number;
  data: string;
}

// The fixture's parameters are those of the function with that name.
type Apply = (image: Pixels, parameters: never) => Pixels;

const functions: Record<string, Apply> = {
  resize: applyResize,
  resizedCrop: applyResizedCrop,
  centerCrop: applyCenterCrop,
  pad: applyPad,
  flip: applyFlip,
  affine: applyAffine,
  rotation: applyRotation,
  perspective: applyPerspective,
  colorJitter: (image, { list }: { list: Parameters<typeof applyColorJitter>[1] }) => applyColorJitter(image, list),
  grayscale: applyGrayscale,
  equalize: applyEqualize,
  autocontrast: applyAutocontrast,
  invert: applyInvert,
  solarize: applySolarize,
  posterize: applyPosterize,
  sharpness: applySharpness,
  gaussianBlur: applyGaussianBlur,
  augment: applyAugment,
};

interface Case extends Picture {
  apply: string;
  image: string;
  parameters: never;
}

interface Group {
  images: Record<string, Picture>;
  cases: Case[];
}

function pixels({ height, width, channels, data }: Picture): Pixels {
  return { height, width, channels, data: inflateSync(Buffer.from(data, 'base64')) };
}

/**
 * The mean difference that a case may have; the limit is 2. Most are equal in every pixel. The exceptions: Pillow 13 resizes downwards first
 * where that is less work, and rounds in between in another order; saturation is in fixed point; blurs are sums in another order; Pillow's own
 * GaussianBlur, which timm uses, is three box blurs.
 */
function tolerance(apply: string, parameters: unknown): number {
  const text = JSON.stringify(parameters);
  if (apply === 'resize') return text.includes('[20,50]') && !text.includes('nearest') ? 0.2 : 0;
  if (apply === 'colorJitter') return text.includes('saturation') ? 0.03 : 0;
  if (apply === 'gaussianBlur') return 0.01;
  return text.includes('gaussianBlur') ? 0.9 : 0;
}

describe.each(['sizes', 'geometry', 'colour', 'tone', 'augment'])('%s', (name) => {
  const url = new URL(`./fixtures/${name}.json`, import.meta.url);
  const { images, cases }: Group = JSON.parse(readFileSync(url, 'utf8'));
  test.each(cases)('$apply of $image $parameters', ({ apply, image, parameters, ...expected }) => {
    const source = pixels(images[image]!);
    const before = Uint8Array.from(source.data);
    const result = functions[apply]!(source, parameters);
    const wanted = pixels(expected);
    expect([result.height, result.width, result.channels]).toEqual([wanted.height, wanted.width, wanted.channels]);
    const differences = Array.from(wanted.data, (value, i) => Math.abs(value - result.data[i]!));
    const mean = differences.reduce((a, b) => a + b, 0) / differences.length;
    if (process.env.SHOW)
      console.log('MAE', apply, image, JSON.stringify(parameters), mean.toFixed(3), Math.max(...differences));
    expect(mean).toBeLessThanOrEqual(tolerance(apply, parameters));
    expect(source.data).toEqual(Buffer.from(before));
  });
});
