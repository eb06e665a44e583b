import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { imageGrid } from './imageGrid.js';

async function pixels(
  png: Uint8Array,
): Promise<{ width: number; height: number; at: (x: number, y: number) => number[] }> {
  const { data, info } = await sharp(png)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    at: (x, y) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)],
  };
}

describe('imageGrid', () => {
  const grey = { data: new Uint8Array([0, 50, 100, 150]), width: 2, height: 2, channels: 1 as const };
  const red = { data: new Uint8Array([255, 0, 0]), width: 1, height: 1, channels: 3 as const };

  test('pixels become squares, in rows, with gaps of the background', async () => {
    const image = await pixels(
      await imageGrid([grey, grey, grey], [], { columns: 2, scale: 3, gap: 1, background: '#0000ff' }),
    );
    // 1 + 6 + 1 + 6 + 1 both ways
    expect([image.width, image.height]).toEqual([15, 15]);
    expect(image.at(0, 0)).toEqual([0, 0, 255]);
    expect(image.at(1, 1)).toEqual([0, 0, 0]);
    expect(image.at(3, 3)).toEqual([0, 0, 0]);
    expect(image.at(4, 1)).toEqual([50, 50, 50]);
    expect(image.at(8, 4)).toEqual([100, 100, 100]);
    expect(image.at(6, 13)).toEqual([150, 150, 150]);
    // The fourth place is empty.
    expect(image.at(9, 9)).toEqual([0, 0, 255]);
  });

  test('smaller pictures stand in the middle of the cell, with their colour', async () => {
    const image = await pixels(await imageGrid([grey, red], [], { columns: 2, scale: 4, gap: 0 }));
    expect([image.width, image.height]).toEqual([16, 8]);
    expect(image.at(11, 3)).toEqual([255, 0, 0]);
    expect(image.at(8, 0)).toEqual([255, 255, 255]);
  });

  test('captions are drawn below their picture in their colour, and cells widen for them', async () => {
    const plain = await pixels(await imageGrid([grey], [], { scale: 2 }));
    const image = await pixels(
      await imageGrid([grey], [{ text: 'seven <or>\none & only', color: '#ff0000' }], { scale: 2 }),
    );
    expect(image.width).toBeGreaterThan(plain.width + 40);
    expect(image.height).toBeGreaterThan(plain.height + 30);
    let inked = 0;
    for (let y = 14; y < image.height; y++)
      for (let x = 0; x < image.width; x++) {
        const [r = 0, g = 0, b = 0] = image.at(x, y);
        if (r > 200 && g < 120 && b < 120) inked++;
      }
    expect(inked).toBeGreaterThan(60);
    // Nothing is cut: the edges are paper.
    for (let y = 0; y < image.height; y++)
      for (const x of [0, image.width - 1]) expect(image.at(x, y)).toEqual([255, 255, 255]);
  });

  test('no pictures give a small empty one; wrong sizes are told', async () => {
    expect((await pixels(await imageGrid([]))).width).toBeGreaterThan(0);
    await expect(imageGrid([{ ...grey, width: 3 }])).rejects.toThrow('3 × 2 × 1 has 6 bytes, not 4');
  });
});
