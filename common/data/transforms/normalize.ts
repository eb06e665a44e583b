/** Last of every pipeline: 8-bit values become (value / 255 − mean) / std in float32, a mean and a std for each channel. */
export interface Normalize {
  name: 'normalize';
  mean: readonly number[];
  std: readonly number[];
}

/** Writes the normalised image (HWC) to `out` from `offset` on. There are only 256 values a channel, so they are looked up. */
export type Normalizer = (source: Uint8Array, count: number, out: Float32Array, offset: number) => void;

export function createNormalizer({ mean, std }: Normalize): Normalizer {
  const channels = mean.length;
  const table = new Float32Array(256 * channels);
  for (let value = 0; value < 256; value++)
    for (let c = 0; c < channels; c++) table[value * channels + c] = (value / 255 - mean[c]!) / std[c]!;
  return (source, count, out, offset) => {
    for (let i = 0; i < count; i += channels)
      for (let c = 0; c < channels; c++) out[offset + i + c] = table[source[i + c]! * channels + c]!;
  };
}
