import type { Size } from './step.js';

/** A side in pixels, or height and width. One number means a square, except in `resize`, where it is the shorter side. */
export type SizeOption = number | readonly [height: number, width: number];

export function heightAndWidth(size: SizeOption): readonly [height: number, width: number] {
  return typeof size === 'number' ? [size, size] : size;
}

export function sizeOf(size: SizeOption): Size {
  const [height, width] = heightAndWidth(size);
  return { height, width };
}

/** Python's round: halves go to the even number. What torchvision and timm round with, so that sizes agree to the pixel. */
export function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
