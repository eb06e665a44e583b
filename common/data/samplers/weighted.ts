import { UserError } from '../../utils/errors.js';
import { CounterRandom } from '../random.js';
import { expectWhole } from './expect.js';
import { type Sampler, samplerOf } from './sampler.js';

const WEIGHTED_STREAM = 0x77656967;

export interface WeightedOptions {
  /** Draws in an epoch. Default: as many as there are weights. */
  count?: number;
  /** Whether a row may come several times in an epoch. Default true. */
  replacement?: boolean;
  seed?: number;
}

/**
 * Draws row i with a probability proportional to `weights[i]` (torch `WeightedRandomSampler`): independent draws, or without replacement
 * one after another among the rows that are left, as `torch.multinomial` does.
 *
 * @param weights one a row, none negative; they need not sum to 1.
 * @throws UserError for a weight that is negative or not finite, for weights that are all 0, and, without replacement, for more draws
 * than there are weights above 0.
 */
export function weighted(weights: ArrayLike<number>, options: WeightedOptions = {}): Sampler {
  const { count = weights.length, replacement = true, seed = 0 } = options;
  expectWhole('weighted', 'count', count, 0);
  const sums = new Float64Array(weights.length);
  let total = 0;
  let positive = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw new UserError(`weighted: the weight of row ${i} is ${weight}; it must be finite and not negative`);
    if (weight > 0) positive++;
    total += weight;
    sums[i] = total;
  }
  if (count > 0 && positive === 0) throw new UserError('weighted: all weights are 0');
  if (!replacement && count > positive)
    throw new UserError(
      `weighted: ${count} draws without replacement, but only ${positive} of ${weights.length} weights are above 0`,
    );
  return samplerOf(count, (epoch) => {
    const random = new CounterRandom(WEIGHTED_STREAM, seed, epoch);
    return replacement ? withReplacement(sums, count, random) : withoutReplacement(weights, count, random);
  });
}

/** The first row whose running sum exceeds a uniform number below the total. */
function withReplacement(sums: Float64Array, count: number, random: CounterRandom): Int32Array {
  const total = sums.at(-1) ?? 0;
  const drawn = new Int32Array(count);
  for (let k = 0; k < count; k++) {
    const place = random.uniform() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > place) high = middle;
      else low = middle + 1;
    }
    drawn[k] = low;
  }
  return drawn;
}

/** The rows in the order of exponential times with rates `weights` (Efraimidis and Spirakis 2006): the distribution of successive draws. */
function withoutReplacement(weights: ArrayLike<number>, count: number, random: CounterRandom): Int32Array {
  const times = Float64Array.from({ length: weights.length }, (_, i) => {
    // 1 − u lies in (0, 1]: its logarithm is finite.
    const time = -Math.log(1 - random.uniform());
    return weights[i]! > 0 ? time / weights[i]! : Number.POSITIVE_INFINITY;
  });
  const order = Int32Array.from(times, (_, i) => i).sort((a, b) => times[a]! - times[b]! || a - b);
  return order.slice(0, count);
}
