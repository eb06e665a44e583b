import type { Pixels } from '../pixels.js';
import { type Memory, newMemory } from './memory.js';
import { cutWindow } from './padding.js';
import { heightAndWidth, roundEven, type SizeOption } from './sizes.js';

/** Cuts the middle out of an image; where the image is smaller, black is added around it (torchvision `CenterCrop`). */
export interface CenterCrop {
  name: 'centerCrop';
  size: SizeOption;
}

export function applyCenterCrop(image: Pixels, { size }: Pick<CenterCrop, 'size'>, memory: Memory = newMemory): Pixels {
  const [height, width] = heightAndWidth(size);
  if (image.height === height && image.width === width) return image;
  const place = { top: middle(image.height, height), left: middle(image.width, width), height, width };
  return cutWindow(image, place, memory);
}

/** Where the window starts. torchvision rounds half up by adding black after the image when that is smaller, else to even. */
function middle(side: number, window: number): number {
  return side < window ? -Math.floor((window - side) / 2) : roundEven((side - window) / 2);
}
