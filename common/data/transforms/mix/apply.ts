import { type ImageShape, volume } from '../../pixels.js';
import type { MixParameters } from './draw.js';

/** Mixes a batch in place: float32 [B, H, W, C] (or [B, C, …] where nothing is cut), one image after another from `offset` on. */
export function applyMix(images: Float32Array, shape: ImageShape, parameters: MixParameters, offset = 0): void {
  const size = volume(shape);
  const { partner, lambda } = parameters;
  const before = new Float32Array(size);
  const imageAt = (i: number) => images.subarray(offset + i * size, offset + (i + 1) * size);
  for (const [i, j] of partner.entries()) {
    // A pair is changed together, so that each sees the other as it was.
    if (j < i) continue;
    const [first, second] = [imageAt(i), imageAt(j)];
    before.set(first);
    if (lambda[i] !== 1) mixInto(first, second, shape, i, parameters);
    if (j !== i && lambda[j] !== 1) mixInto(second, before, shape, j, parameters);
  }
}

function mixInto(
  target: Float32Array,
  other: Float32Array,
  shape: ImageShape,
  i: number,
  { lambda, cut, boxes }: MixParameters,
): void {
  if (cut[i] === 0) {
    const own = lambda[i]!;
    const rest = Math.fround(1 - own);
    for (let k = 0; k < target.length; k++) target[k] = target[k]! * own + other[k]! * rest;
    return;
  }
  const { width, channels } = shape;
  const [top = 0, bottom = 0, left = 0, right = 0] = boxes.subarray(i * 4, i * 4 + 4);
  for (let y = top; y < bottom; y++) {
    const from = (y * width + left) * channels;
    target.set(other.subarray(from, from + (right - left) * channels), from);
  }
}

/**
 * The labels of a mixed batch: float32 [B, classes], λ of the image's own label and 1 − λ of its partner's, each smoothed to
 * 1 − s + s / classes for the class and s / classes for the others (timm's `mixup_target`).
 */
export function mixLabels(
  labels: ArrayLike<number>,
  classes: number,
  { partner, lambda }: MixParameters,
  smoothing = 0,
): Float32Array {
  const off = smoothing / classes;
  const target = new Float32Array(labels.length * classes).fill(off);
  for (let i = 0; i < labels.length; i++) {
    const own = lambda[i]!;
    target[i * classes + labels[i]!]! += (1 - smoothing) * own;
    target[i * classes + labels[partner[i]!]!]! += (1 - smoothing) * (1 - own);
  }
  return target;
}
