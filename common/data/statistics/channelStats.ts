import { UserError } from '../../utils/index.js';
import type { Dataset } from '../dataset.js';
import { decodeImage } from '../decode/decodeImage.js';
import { isImage } from '../image.js';
import type { Pixels } from '../pixels.js';
import { imageColumn } from './columns.js';

/** Mean and standard deviation of each channel over all pixels, with values in 0 … 1: what `normalize` takes. */
export interface ChannelStats {
  mean: number[];
  std: number[];
}

/**
 * Counts the values of every channel, so that mean and standard deviation (of the population, as numpy's `std`) are exact, whatever the
 * order of the images. A set with colour and grey images has three channels: a grey one counts in each. An alpha channel does not count.
 */
export class ChannelCounts {
  readonly #grey = new Float64Array(256);
  readonly #colour = [new Float64Array(256), new Float64Array(256), new Float64Array(256)] as const;
  /** Images with one and with three channels. */
  greyImages = 0;
  colourImages = 0;

  add({ data, channels }: Pixels): void {
    if (channels < 3) {
      this.greyImages++;
      const counts = this.#grey;
      for (let i = 0; i < data.length; i += channels) counts[data[i]!]!++;
      return;
    }
    this.colourImages++;
    const [red, green, blue] = this.#colour;
    for (let i = 0; i < data.length; i += channels) {
      red[data[i]!]!++;
      green[data[i + 1]!]!++;
      blue[data[i + 2]!]!++;
    }
  }

  /** 3 with one colour image, else 1; 0 without images. */
  get channels(): number {
    return this.colourImages > 0 ? 3 : this.greyImages > 0 ? 1 : 0;
  }

  /** Pixels of all images. */
  get pixels(): number {
    return sum(this.#grey) + sum(this.#colour[0]);
  }

  result(): ChannelStats {
    const histograms =
      this.channels === 3 ? this.#colour.map((c) => c.map((n, value) => n + this.#grey[value]!)) : [this.#grey];
    const moments = this.channels === 0 ? [] : histograms.map(momentsOf);
    return { mean: moments.map(({ mean }) => mean), std: moments.map(({ std }) => std) };
  }
}

function momentsOf(counts: Float64Array): { mean: number; std: number } {
  const total = sum(counts);
  const mean = counts.reduce((a, count, value) => a + count * value, 0) / total / 255;
  const variance = counts.reduce((a, count, value) => a + count * (value / 255 - mean) ** 2, 0) / total;
  return { mean, std: Math.sqrt(variance) };
}

function sum(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}

/**
 * Decodes every image of a column, in its own size, and takes mean and standard deviation of each channel.
 *
 * @throws UserError naming file and row of an image that is missing or cannot be decoded.
 */
export async function channelStats(dataset: Dataset, column?: string): Promise<ChannelStats> {
  const name = imageColumn(dataset, column);
  const counts = new ChannelCounts();
  let at = 0;
  for await (const row of dataset.selectColumns(name).rows()) {
    const image = row[name];
    if (!isImage(image)) throw new UserError(`${dataset.where(at)}: there is no image.`);
    counts.add(await decodeImage(image.bytes, dataset.where(at++)));
  }
  return counts.result();
}
