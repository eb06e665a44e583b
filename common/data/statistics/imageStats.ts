import type { Pixels } from '../pixels.js';
import { ChannelCounts, type ChannelStats } from './channelStats.js';
import { imageFormat } from './imageFormat.js';
import { type Distribution, distribution } from './quantiles.js';

/** What an image column holds. Sizes and channels are those of the images that could be decoded. */
export interface ImageStats extends ChannelStats {
  type: 'image';
  /** Rows with an image, and without. */
  count: number;
  missing: number;
  /** Images that cannot be decoded. */
  broken: number;
  /** Of the encoded files. */
  bytes: (Distribution & { total: number }) | undefined;
  /** Files of each format (by their first bytes), and images of each number of channels (alpha counts). */
  formats: Record<string, number>;
  channels: Record<string, number>;
  width: Distribution | undefined;
  height: Distribution | undefined;
  /** Width divided by height. */
  aspect: Distribution | undefined;
  /** Different sizes (width × height). */
  sizes: number;
  pixels: number;
}

/** Collects the statistics of an image column, image by image. */
export class ImageCollector {
  readonly #counts = new ChannelCounts();
  readonly #bytes: number[] = [];
  readonly #widths: number[] = [];
  readonly #heights: number[] = [];
  readonly #formats = new Map<string, number>();
  readonly #channels = new Map<string, number>();
  missing = 0;
  broken = 0;
  #unreadable = 0;

  /** Counts an image of which not even the file can be read. */
  addUnreadable(): void {
    this.broken++;
    this.#unreadable++;
  }

  /** @param pixels undefined for a file that cannot be decoded */
  add(file: Uint8Array, pixels: Pixels | undefined): void {
    this.#bytes.push(file.length);
    increment(this.#formats, imageFormat(file));
    if (pixels === undefined) {
      this.broken++;
      return;
    }
    this.#counts.add(pixels);
    this.#widths.push(pixels.width);
    this.#heights.push(pixels.height);
    increment(this.#channels, String(pixels.channels));
  }

  result(): ImageStats {
    const bytes = distribution(this.#bytes);
    const sizes = new Set(this.#widths.map((width, i) => `${width} ${this.#heights[i]}`));
    return {
      type: 'image',
      count: this.#bytes.length + this.#unreadable,
      missing: this.missing,
      broken: this.broken,
      bytes: bytes && { ...bytes, total: this.#bytes.reduce((a, b) => a + b, 0) },
      formats: byCount(this.#formats),
      channels: byCount(this.#channels),
      width: distribution(this.#widths),
      height: distribution(this.#heights),
      aspect: distribution(this.#widths.map((width, i) => width / this.#heights[i]!)),
      sizes: sizes.size,
      pixels: this.#counts.pixels,
      ...this.#counts.result(),
    };
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function byCount(counts: Map<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}
