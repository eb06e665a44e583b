/**
 * The rows that an epoch visits, in order: a pure function of the epoch (and of the seed it was made with), so that any epoch can be
 * entered at any place, by any process. A loader cuts it into batches.
 */
export interface Sampler {
  /** Indices in an epoch. */
  readonly length: number;
  /** The epoch's indices (counted from 0) from number `from` on. */
  indices(epoch: number, from?: number): Int32Array;
}

/** A sampler whose epochs are made whole. */
export function samplerOf(length: number, indices: (epoch: number) => Int32Array): Sampler {
  return {
    length,
    indices: (epoch, from = 0) => {
      const all = indices(epoch);
      return from === 0 ? all : all.subarray(from);
    },
  };
}
