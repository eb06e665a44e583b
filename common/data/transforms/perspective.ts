import type { ImageShape, Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { type Memory, newMemory } from './memory.js';
import type { Interpolation } from './resample.js';
import { type Coefficients, warp } from './warp.js';

/** Moves the four corners inwards at random (torchvision `RandomPerspective`). */
export interface Perspective {
  name: 'perspective';
  /** Default 0.5. */
  p: number;
  /** A corner moves by at most this part of half the side. Default 0.5. */
  distortion: number;
  /** Default `bilinear`. */
  interpolation: Interpolation;
  /** Colour outside the image, 0 … 255, a number a channel or one for all. Default [0]. */
  fill: readonly number[];
}

type Point = readonly [x: number, y: number];

/** Where the corners top left, top right, bottom right, bottom left go to, in pixels. */
export interface PerspectiveParameters extends Pick<Perspective, 'interpolation' | 'fill'> {
  corners: readonly [Point, Point, Point, Point];
}

export function drawPerspective(
  { p, distortion, interpolation, fill }: Perspective,
  random: CounterRandom,
  { height, width }: ImageShape,
): PerspectiveParameters | undefined {
  if (random.uniform() >= p) return undefined;
  const across = Math.trunc(distortion * Math.floor(width / 2));
  const down = Math.trunc(distortion * Math.floor(height / 2));
  const low = (most: number) => random.integer(most + 1);
  const high = (side: number, most: number) => side - 1 - random.integer(most + 1);
  const topLeft = [low(across), low(down)] as const;
  const topRight = [high(width, across), low(down)] as const;
  const bottomRight = [high(width, across), high(height, down)] as const;
  const bottomLeft = [low(across), high(height, down)] as const;
  return { corners: [topLeft, topRight, bottomRight, bottomLeft], interpolation, fill };
}

export function applyPerspective(image: Pixels, parameters: PerspectiveParameters, memory: Memory = newMemory): Pixels {
  const [right, bottom] = [image.width - 1, image.height - 1];
  const from: readonly Point[] = [
    [0, 0],
    [right, 0],
    [right, bottom],
    [0, bottom],
  ];
  const map = perspectiveMap(from, parameters.corners);
  return map === undefined ? image : warp(image, map, parameters, memory);
}

/** The map that takes each point of `to` to that of `from`; undefined where the corners do not span an area (an image one pixel wide). */
export function perspectiveMap(from: readonly Point[], to: readonly Point[]): Coefficients | undefined {
  const rows: number[][] = [];
  for (const [i, [x, y]] of to.entries()) {
    const [u, v] = from[i]!;
    rows.push([x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]);
  }
  const [a, b, c, d, e, f, g, h] = solve(rows) ?? [];
  if (h === undefined) return undefined;
  // Single precision, as torchvision gives them to Pillow: it decides about pixels at the border.
  const [a1, b1, c1, d1, e1, f1, g1, h1] = Float32Array.of(a!, b!, c!, d!, e!, f!, g!, h);
  return [a1!, b1!, c1!, d1!, e1!, f1!, g1!, h1!];
}

/** Gauss–Jordan with pivoting on rows of [coefficients, right side]. */
function solve(rows: number[][]): number[] | undefined {
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let j = i + 1; j < n; j++) if (Math.abs(rows[j]![i]!) > Math.abs(rows[pivot]![i]!)) pivot = j;
    const row = rows[pivot]!;
    rows[pivot] = rows[i]!;
    rows[i] = row;
    if (Math.abs(row[i]!) < 1e-9) return undefined;
    for (const [j, other] of rows.entries()) {
      if (j === i) continue;
      const times = other[i]! / row[i]!;
      for (let k = i; k <= n; k++) other[k]! -= times * row[k]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}
