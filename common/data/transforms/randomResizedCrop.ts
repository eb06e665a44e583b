import type { ImageShape, Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { type Memory, newMemory } from './memory.js';
import type { Window } from './padding.js';
import { type Interpolation, resample } from './resample.js';
import { heightAndWidth, roundEven, type SizeOption } from './sizes.js';

/** Cuts a window of random area and aspect out of an image and resizes it (Szegedy et al. 2015; torchvision `RandomResizedCrop`). */
export interface RandomResizedCrop {
  name: 'randomResizedCrop';
  /** Height and width that come out. */
  size: SizeOption;
  /** The window's part of the image's area is uniform in this range. Default [0.08, 1]. */
  scale: readonly [low: number, high: number];
  /** The logarithm of its width / height is uniform between the logarithms of these. Default [3/4, 4/3]. */
  ratio: readonly [low: number, high: number];
  /** Default `bilinear`. */
  interpolation: Interpolation;
}

export interface ResizedCropParameters extends Window {
  size: SizeOption;
  interpolation: Interpolation;
}

/** Ten tries, as in torchvision; then the largest window in the middle whose aspect is allowed. */
export function drawRandomResizedCrop(
  { size, scale, ratio, interpolation }: RandomResizedCrop,
  random: CounterRandom,
  image: ImageShape,
): ResizedCropParameters {
  const area = image.height * image.width;
  for (let attempt = 0; attempt < 10; attempt++) {
    const target = area * random.uniform(...scale);
    const aspect = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const width = roundEven(Math.sqrt(target * aspect));
    const height = roundEven(Math.sqrt(target / aspect));
    if (width <= 0 || height <= 0 || width > image.width || height > image.height) continue;
    const top = random.integer(image.height - height + 1);
    return { top, left: random.integer(image.width - width + 1), height, width, size, interpolation };
  }
  return { ...middleWindow(image, ratio), size, interpolation };
}

function middleWindow(image: ImageShape, ratio: readonly [number, number]): Window {
  const aspect = image.width / image.height;
  let { height, width } = image;
  if (aspect < ratio[0]) height = Math.min(image.height, Math.max(1, roundEven(width / ratio[0])));
  else if (aspect > ratio[1]) width = Math.min(image.width, Math.max(1, roundEven(height * ratio[1])));
  const top = Math.floor((image.height - height) / 2);
  return { top, left: Math.floor((image.width - width) / 2), height, width };
}

/** Cut and resized in one pass: only the window's pixels are looked at. `mirrored` gives what a horizontal flip makes of it, for nothing. */
export function applyResizedCrop(
  image: Pixels,
  parameters: ResizedCropParameters,
  memory: Memory = newMemory,
  mirrored = false,
): Pixels {
  const [height, width] = heightAndWidth(parameters.size);
  return resample(image, parameters, height, width, parameters.interpolation, memory, mirrored);
}
