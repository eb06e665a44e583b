// Legend: O filters, I input channels, k sides of a filter.
import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, type Module } from '../../nn/index.js';
import { UserError } from '../../utils/index.js';
import type { GridImage } from '../imageGrid.js';

export interface FilterOptions {
  /** `each` (default): every filter from its least to its largest weight; `all`: one scale, with 0 in the middle, so that weak filters look weak. */
  normalise?: 'each' | 'all';
  /** The input channel to show, where there are not one or three. Default 0. */
  input?: number;
}

/**
 * Filters of a convolution as pictures: in colour where they look at three channels, else grey.
 *
 * @param source a Conv2d, its weights [O, I, k, k], or a model, of which the first convolution is taken.
 * @returns O pictures of k × k, for `imageGrid`.
 */
export async function filterImages(source: Module | tf.Tensor4D, options: FilterOptions = {}): Promise<GridImage[]> {
  const { normalise = 'each', input } = options;
  const weights = source instanceof tf.Tensor ? source : firstConvolution(source);
  const [O, I, h, w] = weights.shape;
  const values = await weights.data();
  const colour = I === 3 && input === undefined;
  const channels = colour ? [0, 1, 2] : [input ?? 0];
  if (channels.some((channel) => !(channel >= 0 && channel < I)))
    throw new UserError(`These filters have ${I} input channels; there is no channel ${input}.`);
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return Array.from({ length: O }, (_, o) => {
    // [I, k, k] to pixels with their channels together.
    const pixels = Array.from({ length: h * w }, (_, place) =>
      channels.map((channel) => values[(o * I + channel) * h * w + place]!),
    ).flat();
    const [low, high] = normalise === 'all' ? [-most, most] : [Math.min(...pixels), Math.max(...pixels)];
    const data = Uint8Array.from(pixels, (value) =>
      high > low ? Math.round((255 * (value - low)) / (high - low)) : 128,
    );
    return { data, width: w, height: h, channels: colour ? 3 : 1 };
  });
}

function firstConvolution(model: Module): tf.Tensor4D {
  for (const module of model.namedModules().values()) if (module instanceof Conv2d) return module.weight;
  throw new UserError(`${model.constructor.name} has no convolution whose filters could be shown.`);
}
