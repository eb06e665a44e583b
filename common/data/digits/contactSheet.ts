import { writeFileAtomic } from '../../utils/index.js';
import { drawDigit } from './draw.js';
import { side } from './ink.js';

/** Writes a PNG of the built-in digits as they come: a row for each class, its first `columns` train samples, ink dark on paper. */
export async function digitsContactSheet(
  path: string,
  { seed = 0, columns = 20, scale = 2 }: { seed?: number; columns?: number; scale?: number } = {},
): Promise<void> {
  const samples: Uint8Array[][] = Array.from({ length: 10 }, () => []);
  for (let index = 0; index < columns * 10; index++) {
    const { pixels, label } = drawDigit({ seed, split: 'train', index });
    samples[label]!.push(pixels.map((value) => 255 - value));
  }
  const images = samples.flat().map((data) => ({ data, width: side, height: side, channels: 1 as const }));
  const { imageGrid } = await import('../../visualization/imageGrid.js');
  await writeFileAtomic(path, await imageGrid(images, [], { columns, scale, gap: 0 }));
}
