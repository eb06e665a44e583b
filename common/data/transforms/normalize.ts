import type { Lookup } from './lookup.js';

/** 8-bit values become (value / 255 − mean) / std in float32 (torchvision `ToTensor` and `Normalize`). */
export interface Normalize {
  name: 'normalize';
  /** One number a channel, or one for all. */
  mean: readonly number[];
  std: readonly number[];
}

/**
 * Writes the normalised image (HWC, `count` values) to `out` from `offset` on. There are only 256 values a channel, so they are looked up;
 * `through`, where given, is a table that the image is seen through first.
 */
export type Normalizer = (
  source: Uint8Array,
  count: number,
  out: Float32Array,
  offset: number,
  through?: Lookup | undefined,
) => void;

/** A normaliser for images of 1 or 3 channels; a single mean and std stand for all of them. */
export function createNormalizer(
  { mean, std }: Pick<Normalize, 'mean' | 'std'>,
  channels = Math.max(mean.length, std.length),
): Normalizer {
  // The channels' tables one after another.
  const own = new Float32Array(256 * 3);
  for (let c = 0; c < 3; c++)
    for (let v = 0; v < 256; v++) own[c * 256 + v] = (v / 255 - mean[c % mean.length]!) / std[c % std.length]!;
  const seen = new Float32Array(256 * 3);
  const write = channels === 1 ? writeGrey : writeColour;
  return (source, count, out, offset, through) => {
    if (through !== undefined) for (let i = 0; i < 768; i++) seen[i] = own[(i & 0x300) | through[i & 255]!]!;
    write(source, count, out, offset, through === undefined ? own : seen);
  };
}

function writeColour(source: Uint8Array, count: number, out: Float32Array, offset: number, table: Float32Array): void {
  for (let i = 0; i < count; i += 3) {
    const to = offset + i;
    const red = table[source[i]!]!;
    const green = table[source[i + 1]! | 256]!;
    const blue = table[source[i + 2]! | 512]!;
    out[to] = red;
    out[to + 1] = green;
    out[to + 2] = blue;
  }
}

function writeGrey(source: Uint8Array, count: number, out: Float32Array, offset: number, table: Float32Array): void {
  for (let i = 0; i < count; i++) out[offset + i] = table[source[i]!]!;
}
