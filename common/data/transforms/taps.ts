// Coefficients of separable resampling as in Pillow's Resample.c: normalised, the kernel stretched by the factor of a reduction.
/** Interpolations that weigh several pixels. */
export type Smooth = 'bilinear' | 'bicubic';

/** Coefficients are whole numbers of this many bits; half of the last one is added before they are cut off again. */
export const BITS = 22;
export const HALF = 1 << (BITS - 1);

interface Filter {
  support: number;
  weight(x: number): number;
}

const filters: Record<Smooth, Filter> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x)) },
};

/** Keys' cubic with a = −0.5. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** For each target place: the first source place and `taps` coefficients (0 where fewer are needed). */
export interface Taps {
  taps: number;
  first: Int32Array;
  weights: Int32Array;
  /** Whether a weighted sum can leave 0 … 255: some coefficients are below 0. */
  overshoots: boolean;
}

function createTaps(from: number, to: number, { support, weight }: Filter): Taps {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const reach = support * stretch;
  const taps = Math.min(from, Math.ceil(reach) * 2 + 1);
  const first = new Int32Array(to);
  const weights = new Int32Array(to * taps);
  const row = new Float64Array(taps);
  let most = 1;
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - reach + 0.5));
    const count = Math.min(from, Math.trunc(centre + reach + 0.5)) - low;
    let sum = 0;
    for (let k = 0; k < count; k++) sum += row[k] = weight((k + low - centre + 0.5) / stretch);
    for (let k = 0; k < count; k++) {
      const value = (row[k]! / sum) * (1 << BITS);
      weights[i * taps + k] = Math.trunc(value < 0 ? value - 0.5 : value + 0.5);
    }
    first[i] = low;
    for (let k = count; k > most; k--)
      if (weights[i * taps + k - 1] !== 0) {
        most = k;
        break;
      }
  }
  return pack({ taps, first, weights, overshoots: weights.some((weight) => weight < 0) }, most, from);
}

/** The same with as many taps as any place really uses; every row of taps lies inside the source. */
function pack({ taps, first, weights, overshoots }: Taps, most: number, from: number): Taps {
  const packed = new Int32Array(first.length * most);
  for (let i = 0; i < first.length; i++) {
    // Near the end the row begins earlier, with zeros in front.
    const shift = Math.max(0, first[i]! + most - from);
    first[i]! -= shift;
    for (let k = 0; k + shift < most; k++) packed[i * most + k + shift] = weights[i * taps + k]!;
  }
  return { taps: most, first, weights: packed, overshoots };
}

/** The same places from the last to the first. */
function mirror({ taps, first, weights, overshoots }: Taps): Taps {
  const count = first.length;
  const turned = Int32Array.from(weights, (_, i) => weights[(count - 1 - Math.floor(i / taps)) * taps + (i % taps)]!);
  return { taps, first: first.toReversed(), weights: turned, overshoots };
}

const kept = new Map<string, Taps>();

const MOST_KEPT = 2 ** 22;
let size = 0;

/** Random crops come in few hundred lengths: their taps are kept, up to 16 MiB. */
export function tapsFor(from: number, to: number, interpolation: Smooth, mirrored = false): Taps {
  const key = `${interpolation} ${from} ${to} ${mirrored}`;
  let taps = kept.get(key);
  if (taps === undefined) {
    if (size > MOST_KEPT) {
      kept.clear();
      size = 0;
    }
    taps = createTaps(from, to, filters[interpolation]);
    if (mirrored) taps = mirror(taps);
    kept.set(key, taps);
    size += taps.weights.length + taps.first.length;
  }
  return taps;
}

/** A sum of products of coefficients as a value. */
export function clip(value: number): number {
  return value < 0 ? 0 : Math.min(value, 255);
}
