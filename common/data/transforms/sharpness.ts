import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { blendInto } from './enhance.js';
import { type Memory, newMemory } from './memory.js';

/** Sharpens or smooths (torchvision `RandomAdjustSharpness`, Pillow's `ImageEnhance.Sharpness`). */
export interface Sharpness {
  name: 'sharpness';
  /** Default 0.5. */
  p: number;
  /** 0 smooth, 1 unchanged, 2 sharper. */
  factor: number;
}

export type SharpnessParameters = Pick<Sharpness, 'factor'>;

export function drawSharpness({ p, factor }: Sharpness, random: CounterRandom): SharpnessParameters | undefined {
  return random.uniform() < p ? { factor } : undefined;
}

/** Blends with the image smoothed by the 3×3 kernel 1 1 1, 1 5 1, 1 1 1 over 13, whose border pixels stay. */
export function applySharpness(image: Pixels, { factor }: SharpnessParameters, memory: Memory = newMemory): Pixels {
  const { data, height, width, channels } = image;
  if (height < 3 || width < 3) return image;
  const stride = width * channels;
  const target = memory(height * stride);
  target.set(data.subarray(0, height * stride));
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * stride + channels; i < (y + 1) * stride - channels; i++) {
      const sides = data[i - channels]! + data[i + channels]! + data[i - stride]! + data[i + stride]!;
      const corners =
        data[i - stride - channels]! +
        data[i - stride + channels]! +
        data[i + stride - channels]! +
        data[i + stride + channels]!;
      target[i] = (sides + corners + 5 * data[i]!) / 13 + 0.5;
    }
  }
  blendInto(target, image, factor);
  return { data: target, height, width, channels };
}
