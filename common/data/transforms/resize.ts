import type { ImageShape, Pixels } from '../pixels.js';
import { type Memory, newMemory } from './memory.js';
import { type Interpolation, resample } from './resample.js';
import type { SizeOption } from './sizes.js';
import type { Size } from './step.js';

/** Resizes, antialiased (torchvision `Resize`, Pillow's `resize`). */
export interface Resize {
  name: 'resize';
  /** One number: the shorter side becomes this long and the other follows. [height, width]: exactly this, the aspect changes. */
  size: SizeOption;
  /** Default `bilinear`. */
  interpolation: Interpolation;
}

export function applyResize(image: Pixels, resize: Omit<Resize, 'name'>, memory: Memory = newMemory): Pixels {
  const [height, width] = resizedTo(resize, image);
  if (image.height === height && image.width === width) return image;
  return resample(
    image,
    { top: 0, left: 0, height: image.height, width: image.width },
    height,
    width,
    resize.interpolation,
    memory,
  );
}

/** Height and width that come out; the longer side is cut down to a whole pixel, as in torchvision, and never below 1. */
export function resizedTo(
  { size }: Pick<Resize, 'size'>,
  image: Omit<ImageShape, 'channels'>,
): readonly [number, number] {
  if (typeof size !== 'number') return size;
  const { height, width } = image;
  const longer = Math.max(1, Math.trunc((size * Math.max(height, width)) / Math.min(height, width)));
  return height <= width ? [size, longer] : [longer, size];
}

/** The size as far as it is known before the image is there. */
export function resizedSize(resize: Resize, input: Size): Size {
  const { height, width } = input;
  if (typeof resize.size === 'number' && (height === undefined || width === undefined))
    return { height: undefined, width: undefined };
  const [newHeight, newWidth] = resizedTo(resize, { height: height ?? 1, width: width ?? 1 });
  return { height: newHeight, width: newWidth };
}
