// Which learning rate a curve of losses suggests. The functions are those of fastai 2.8 (callback/schedule.py): pure, on a whole curve.

/** Losses over growing learning rates. */
export interface LrCurve {
  readonly lrs: readonly number[];
  readonly losses: readonly number[];
}

/** Undefined where the curve is too short for the rule. */
type Rule = (curve: LrCurve) => number | undefined;

/** Where the loss falls fastest: the least (Lᵢ₊₁ − Lᵢ)/(ln lrᵢ₊₁ − ln lrᵢ). */
export const steepest: Rule = ({ lrs, losses }) => {
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 1 < losses.length; i++) {
    const slope = (losses[i + 1]! - losses[i]!) / (Math.log(lrs[i + 1]!) - Math.log(lrs[i]!));
    if (slope < least) [least, best] = [slope, lrs[i]];
  }
  return best;
};

/** In the middle of the longest decreasing subsequence of the losses (ESRI's rule, fastai's default). */
export const valley: Rule = ({ lrs, losses }) => {
  const lengths = losses.map(() => 1);
  let end = 0;
  for (let i = 1; i < losses.length; i++) {
    for (let j = 0; j < i; j++)
      if (losses[i]! < losses[j]! && lengths[i]! < lengths[j]! + 1) lengths[i] = lengths[j]! + 1;
    if (lengths[end]! < lengths[i]!) end = i;
  }
  if (losses.length < 2 || end === 0) return undefined;
  const start = end - lengths[end]!;
  const third = (end - start) / 3;
  return lrs[Math.max(0, start + Math.floor(third) + Math.floor(third / 2))];
};

/** A tenth of the learning rate with the least loss. */
export const minimum: Rule = ({ lrs, losses }) => {
  if (losses.length === 0) return undefined;
  const least = losses.reduce((best, loss, i) => (loss < losses[best]! ? i : best), 0);
  return lrs[least]! / 10;
};

/** From the end towards the start, with an interval of 15 points: where the slopes at its two ends differ by no more than 0.005. */
export const slide: Rule = ({ lrs, losses }) => {
  const width = 15;
  const threshold = 0.005;
  if (losses.length < width + 1) return undefined;
  const slopes = gradient(losses);
  let right = slopes.length - 1;
  let left = right - width;
  let found = lrs[left];
  while (left >= 0 && Math.abs(slopes[right]! - slopes[left]!) > threshold) {
    found = lrs[left];
    right--;
    left--;
  }
  return found;
};

/** numpy.gradient: central differences, one-sided at the ends. */
function gradient(values: readonly number[]): number[] {
  const last = values.length - 1;
  return values.map((_, i) => {
    const [before, after] = [Math.max(0, i - 1), Math.min(last, i + 1)];
    return (values[after]! - values[before]!) / (after - before);
  });
}

export const rules = { valley, steepest, minimum, slide } as const;
export type RuleName = keyof typeof rules;
export type Suggestions = Record<RuleName, number | null>;

/**
 * What every rule suggests. As in fastai the first tenth of the sweep, where the mean is still settling, and its last five points are left out,
 * as long as 10 points remain; so is everything from the first loss on that is not finite.
 * @param steps how long the sweep was to be
 */
export function suggestions({ lrs, losses }: LrCurve, steps: number): Suggestions {
  const broken = losses.findIndex((loss) => !Number.isFinite(loss));
  const end = broken < 0 ? losses.length : broken;
  const first = Math.floor(steps / 10);
  const [from, to] = end - 5 - first >= 10 ? [first, end - 5] : [0, end];
  const curve = { lrs: lrs.slice(from, to), losses: losses.slice(from, to) };
  const of = (rule: Rule) => rule(curve) ?? null;
  return { valley: of(valley), steepest: of(steepest), minimum: of(minimum), slide: of(slide) };
}
