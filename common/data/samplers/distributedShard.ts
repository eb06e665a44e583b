import { UserError } from '../../utils/errors.js';
import { expectWhole } from './expect.js';
import { type Sampler, samplerOf } from './sampler.js';

export interface ShardOptions {
  /** This process's number, from 0. */
  rank: number;
  /** Processes that share an epoch. */
  count: number;
  /** Leave out the last indices so that all shards are equally long; otherwise the first ones are repeated. Default false. */
  dropLast?: boolean;
}

/**
 * Every count-th index of another sampler, from number `rank` on (torch `DistributedSampler`): all shards are equally long. With the same
 * seed in all processes they share an epoch: `distributedShard(random(length, { seed }), { rank, count })`.
 *
 * @throws UserError for a rank outside 0 … count − 1.
 */
export function distributedShard(sampler: Sampler, { rank, count, dropLast = false }: ShardOptions): Sampler {
  expectWhole('distributedShard', 'count', count, 1);
  expectWhole('distributedShard', 'rank', rank, 0);
  if (rank >= count)
    throw new UserError(`distributedShard: rank is ${rank}; with count ${count} it is 0 to ${count - 1}`);
  // torch drops only where the length is no multiple: both roundings are then the same.
  const length = (dropLast ? Math.floor : Math.ceil)(sampler.length / count);
  return samplerOf(length, (epoch) => {
    const all = sampler.indices(epoch);
    return Int32Array.from({ length }, (_, i) => all[(i * count + rank) % all.length]!);
  });
}
