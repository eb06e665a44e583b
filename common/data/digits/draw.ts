import { randomAffine, randomElastic } from './deform.js';
import { blur, inkCurve, side, toBytes } from './ink.js';
import { RandomStream } from './philox.js';
import { type ControlPoint, type Curve, curveThrough, parseStroke } from './stroke.js';
import { type Style, styles } from './styles.js';

/** The two splits, numbered for the random key. */
export const splits = { train: 0, test: 1 } as const;
export type DigitSplit = keyof typeof splits;

/** Which digit of which set. */
export type DigitKey = { seed: number; split: DigitSplit; index: number };

/** A drawn digit: 28 × 28 grey values row by row (0 paper, 255 ink), its class and the name of the style. */
export type Digit = { pixels: Uint8Array; label: number; style: string };

const purpose = { label: 0, shape: 1, noise: 2 } as const;

const alphabet = styles.map((all) =>
  all.map((style) => ({ name: style.name, weight: style.weight ?? 1, strokes: style.strokes.map(parseStroke) })),
);

/** The class of a digit: ten consecutive ones hold each class once, in random order, so that the classes are balanced. */
export function digitLabel({ seed, split, index }: DigitKey): number {
  const random = new RandomStream(seed, purpose.label, splits[split], Math.floor(index / 10));
  const order = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  for (let i = 9; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order[index % 10]!;
}

/**
 * Draws one digit, a pure function of (seed, split, index), the same to the bit on every machine.
 * A style of its class is picked, its points shaken, a curve laid through them and deformed (elastic field, then affine), placed somewhere near the
 * middle, inked with a pen of varying width, blurred and given noise.
 */
export function drawDigit(key: DigitKey): Digit {
  const label = digitLabel(key);
  const random = new RandomStream(key.seed, purpose.shape, splits[key.split], key.index);
  const style = pick(alphabet[label]!, random);
  const curves = placed(style.strokes, random);
  const picture = new Float64Array(side * side);
  const pen = random.uniform(0.75, 1.5);
  for (const curve of curves) inkCurve(picture, curve, pressure(curve, pen, random));
  const soft = blur(picture, random.uniform(0.05, 0.35));
  let darkest = 0;
  for (const ink of soft) darkest = Math.max(darkest, ink);
  const white = random.uniform(190, 255) / darkest;
  const noise = Math.max(0, random.uniform(-6, 10));
  const pixels = toBytes(soft, white, noise, new RandomStream(key.seed, purpose.noise, splits[key.split], key.index));
  return { pixels, label, style: style.name };
}

function pick<T extends Pick<Style, 'weight'> & { weight: number }>(all: readonly T[], random: RandomStream): T {
  let at = random.uniform(
    0,
    all.reduce((sum, one) => sum + one.weight, 0),
  );
  for (const one of all) {
    at -= one.weight;
    if (at < 0) return one;
  }
  return all[all.length - 1]!;
}

/** The strokes as curves in pixels, shaken, deformed and placed. */
function placed(strokes: readonly (readonly ControlPoint[])[], random: RandomStream): Curve[] {
  const shake = random.uniform(0.8, 3.6);
  const elastic = randomElastic(random, random.uniform(0.4, 1));
  const affine = randomAffine(random);
  const curves = strokes.map((points) =>
    curveThrough(
      points.map((p) => ({ ...p, x: p.x + random.normal() * shake, y: p.y + random.normal() * shake })),
      8,
    ),
  );
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (const curve of curves) {
    for (let i = 0; i < curve.x.length; i++) {
      const [ex, ey] = elastic((curve.x[i]! - 50) / 100, (curve.y[i]! - 50) / 100);
      const [x, y] = affine(ex, ey);
      curve.x[i] = x;
      curve.y[i] = y;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  // About 18 pixels high; what would not fit into the picture with its pen is made smaller. Then somewhere near the middle.
  const room = side - 5;
  const scale = Math.min(18, room / (bottom - top), room / (right - left));
  const shiftX = place((right - left) * scale, random);
  const shiftY = place((bottom - top) * scale, random);
  for (const curve of curves) {
    for (let i = 0; i < curve.x.length; i++) {
      curve.x[i] = side / 2 + (curve.x[i]! - (left + right) / 2) * scale + shiftX;
      curve.y[i] = side / 2 + (curve.y[i]! - (top + bottom) / 2) * scale + shiftY;
    }
  }
  return curves;
}

/** A shift from the middle, up to 2.5 pixels where there is room. */
function place(extent: number, random: RandomStream): number {
  const free = Math.min(2.5, (side - 4 - extent) / 2);
  return random.uniform(-free, free);
}

/** The pen's radius along a stroke: a smooth wave of pressure, thinner where the pen is lifted. */
function pressure(curve: Curve, pen: number, random: RandomStream): Float64Array {
  const at = [random.uniform(0.8, 1.2), random.uniform(0.8, 1.2), random.uniform(0.8, 1.2), random.uniform(0.65, 1.1)];
  return curve.along.map((along) => {
    const place = along * 3;
    const i = Math.min(2, Math.floor(place));
    const t = place - i;
    const ease = t * t * (3 - 2 * t);
    return Math.max(0.55, pen * (at[i]! * (1 - ease) + at[i + 1]! * ease));
  });
}
