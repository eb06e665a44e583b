import { encodePng, type Pixels } from './png.js';
import { type Statistics, sampleTensor, type TensorLike } from './tensorLike.js';

/** Images shown of a batch. */
const MOST_IMAGES = 16;
/** The longer side of a picture in pixels: smaller ones are enlarged to about it, larger ones are sampled. */
const SIDE = 224;

/**
 * A picture of a tensor as PNG: of images [H, W, 1 | 3 | 4] or a batch of them (the first 16), else of a matrix as a heat map; undefined for other
 * shapes. Numbers within 0 … 1 (or 0 … 255) are brightness; others are stretched from the least to the largest.
 */
export async function tensorPicture(
  tensor: TensorLike,
  values: ArrayLike<number> | undefined,
  statistics: Statistics,
): Promise<Uint8Array | undefined> {
  const { shape } = tensor;
  const [channels, width = 0, height = 0] = shape.toReversed();
  if (shape.length === 2) return (channels ?? 0) > 1 && width > 1 ? heatMap(tensor, values, statistics) : undefined;
  const images = (shape.length === 3 || shape.length === 4) && width >= 4 && height >= 4;
  if (!images || (channels !== 1 && channels !== 3 && channels !== 4)) return undefined;
  return imageGrid(tensor, values, statistics, channels);
}

async function imageGrid(
  tensor: TensorLike,
  values: ArrayLike<number> | undefined,
  { min, max }: Statistics,
  channels: 1 | 3 | 4,
): Promise<Uint8Array> {
  const [height = 1, width = 1] = tensor.shape.slice(-3);
  const batch = tensor.shape.length === 4;
  const count = batch ? Math.min(MOST_IMAGES, tensor.shape[0] ?? 1) : 1;
  const stride = Math.max(1, Math.ceil(Math.max(height, width) / (batch ? SIDE : 3 * SIDE)));
  const ends = batch ? [count, height, width, channels] : [height, width, channels];
  const strides = batch ? [1, stride, stride, 1] : [stride, stride, 1];
  const shown = await sampleTensor(tensor, values, ends, strides);
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const [low, high] = min >= 0 && max <= 1 ? [0, 1] : min >= 0 && max <= 255 ? [0, 255] : [min, max];
  const across = Math.min(count, 8);
  const gap = count > 1 ? 1 : 0;
  const grid: Pixels = {
    width: across * (columns + gap) - gap,
    height: Math.ceil(count / across) * (rows + gap) - gap,
    channels,
    data: new Uint8Array(),
  };
  const data = new Uint8Array(grid.width * grid.height * channels).fill(255);
  for (let image = 0; image < count; image++) {
    const top = Math.floor(image / across) * (rows + gap);
    const left = (image % across) * (columns + gap);
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < columns * channels; i++) {
        const value = shown.values[(image * rows + row) * columns * channels + i]!;
        data[((top + row) * grid.width + left) * channels + i] = byteOf((value - low) / (high - low || 1));
      }
  }
  return encodePng({ ...grid, data }, { enlarge: count > 1 ? 3 * SIDE : SIDE });
}

async function heatMap(
  tensor: TensorLike,
  values: ArrayLike<number> | undefined,
  { min, max }: Statistics,
): Promise<Uint8Array> {
  const [height = 1, width = 1] = tensor.shape;
  const stride = Math.max(1, Math.ceil(Math.max(height, width) / (2 * SIDE)));
  const shown = await sampleTensor(tensor, values, [height, width], [stride, stride]);
  const [rows = 1, columns = 1] = shown.shape;
  const scale = scaleOf(min, max);
  const data = new Uint8Array(rows * columns * 3);
  for (let i = 0; i < rows * columns; i++) data.set(scale(shown.values[i]!), 3 * i);
  return encodePng({ data, width: columns, height: rows, channels: 3 }, { enlarge: SIDE });
}

/** Numbers of both signs: blue below zero, white, red above it; of one sign: white to blue. What is no number is grey. */
function scaleOf(min: number, max: number): (value: number) => readonly [number, number, number] {
  const white = [255, 255, 255] as const;
  const blend = (to: readonly [number, number, number], share: number) =>
    [0, 1, 2].map((i) => byteOf((white[i]! + (to[i]! - white[i]!) * Math.min(1, Math.max(0, share))) / 255));
  const [blue, red] = [[0, 91, 143] as const, [178, 60, 0] as const];
  const most = Math.max(Math.abs(min), Math.abs(max)) || 1;
  return (value) => {
    const colour = Number.isNaN(value)
      ? [160, 160, 160]
      : min < 0 && max > 0
        ? blend(value < 0 ? blue : red, Math.abs(value) / most)
        : blend(blue, (value - min) / (max - min || 1));
    return [colour[0]!, colour[1]!, colour[2]!];
  };
}

const byteOf = (share: number): number => Math.round(255 * Math.min(1, Math.max(0, share || 0)));
