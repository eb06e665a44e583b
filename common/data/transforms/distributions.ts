import type { CounterRandom } from '../random.js';

/** A number from the normal distribution (Box and Muller 1958). */
export function drawNormal(random: CounterRandom, mean = 0, std = 1): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return mean + std * radius * Math.cos(2 * Math.PI * random.uniform());
}

/** A number from the gamma distribution of this shape, scale 1 (Marsaglia and Tsang 2000). */
export function drawGamma(random: CounterRandom, shape: number): number {
  if (shape < 1) return drawGamma(random, shape + 1) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A number from the beta distribution. */
export function drawBeta(random: CounterRandom, a: number, b: number): number {
  const x = drawGamma(random, a);
  const y = drawGamma(random, b);
  // Both may be 0 in double precision where a and b are tiny: the distribution then is a coin.
  return x + y === 0 ? random.integer(2) : x / (x + y);
}

/** The items in random order (Fisher and Yates), at most `count` of them. */
export function shuffled<T>(items: readonly T[], random: CounterRandom, count = items.length): T[] {
  const list = [...items];
  for (let i = 0; i < Math.min(count, list.length - 1); i++) {
    const j = i + random.integer(list.length - i);
    const kept = list[i]!;
    list[i] = list[j]!;
    list[j] = kept;
  }
  return list.slice(0, count);
}
