import type { ImageDataset } from './dataset.js';
import { decodeTo } from './decode/decodeImage.js';
import type { ImageShape } from './pixels.js';

/** Mean and standard deviation of each channel over all pixels, with values in 0 … 1: what `normalize` takes. */
export interface ChannelStats {
  mean: number[];
  std: number[];
}

/**
 * Decodes every image (in the given shape, by default the first image's) and counts its values: exact, whatever the order.
 *
 * @throws UserError naming file and row of an image that cannot be decoded.
 */
export async function channelStats(dataset: ImageDataset, shape: ImageShape = dataset): Promise<ChannelStats> {
  const { channels } = shape;
  const counts = new Float64Array(256 * channels);
  for (let row = 0; row < dataset.length; row++) {
    const image = decodeTo(shape, dataset.bytes(row), dataset.where(row));
    const { data } = image instanceof Promise ? await image : image;
    for (let i = 0; i < data.length; i += channels)
      for (let c = 0; c < channels; c++) counts[c * 256 + data[i + c]!]!++;
  }
  const mean: number[] = [];
  const std: number[] = [];
  for (let c = 0; c < channels; c++) {
    const histogram = counts.subarray(c * 256, (c + 1) * 256);
    const total = histogram.reduce((sum, count) => sum + count, 0);
    const average = histogram.reduce((sum, count, value) => sum + count * (value / 255), 0) / total;
    const variance = histogram.reduce((sum, count, value) => sum + count * (value / 255 - average) ** 2, 0) / total;
    mean.push(average);
    std.push(Math.sqrt(variance));
  }
  return { mean, std };
}
