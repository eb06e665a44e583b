/** A decoded image: 8 bits a channel, rows from the top, channels last (HWC); 1 channel is grey, 3 are red, green, blue. */
export interface Pixels {
  data: Uint8Array;
  height: number;
  width: number;
  channels: number;
}

/** The form which every image of a batch has. */
export interface ImageShape {
  height: number;
  width: number;
  channels: number;
}

/** How many numbers an image of this shape has. */
export function volume(shape: ImageShape): number {
  return shape.height * shape.width * shape.channels;
}

/**
 * The same image with 1 or 3 channels. An alpha channel is dropped (not blended), grey is repeated, and colour becomes grey by
 * ITU-R 601 in the integer form of Pillow's `convert('L')`.
 */
export function withChannels(image: Pixels, channels: number): Pixels {
  if (image.channels === channels) return image;
  const count = image.height * image.width;
  const step = image.channels;
  const data = new Uint8Array(count * channels);
  const source = image.data;
  for (let i = 0; i < count; i++) {
    const from = i * step;
    if (channels === 1) data[i] = step < 3 ? source[from]! : luma(source, from);
    else for (let c = 0; c < channels; c++) data[i * channels + c] = source[from + (step < 3 ? 0 : c)]!;
  }
  return { data, height: image.height, width: image.width, channels };
}

function luma(source: Uint8Array, i: number): number {
  return (source[i]! * 19595 + source[i + 1]! * 38470 + source[i + 2]! * 7471 + 0x8000) >> 16;
}
